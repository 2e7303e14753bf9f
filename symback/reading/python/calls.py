"""Calls: of a library's functions, of Python's own, of the text's, and of methods."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final

from symback.ops.expression import Expression
from symback.ops.functions import function_named
from symback.reading.python import builtins, dialects, inlining
from symback.reading.python.atoms import parts, refuse_inside
from symback.reading.python.reader import SymbolicSize, reads
from symback.reading.python.signatures import LIST_TAKERS, METHODS, NO_MEANING, first_number

if TYPE_CHECKING:
    from symback.reading.python.reader import Reader

_UNCHANGED: Final = frozenset(
    ["copy", "clone", "item", "tolist", "numpy", "contiguous", "float", "double", "cpu"]
)
_CONVERSIONS: Final = frozenset(["astype", "to", "type"])
_FLOATS: Final = frozenset(["float", "float16", "float32", "float64", "double", "single"])


@reads(ast.Call)
def call(reader: Reader, node: ast.Call) -> Any:
    """Read a call."""
    function = node.func
    if isinstance(function, ast.Name):
        return _named_call(reader, node, function)
    if isinstance(function, ast.Attribute):
        refuse_inside(reader, function, function.attr)
        module = reader.module(function.value)
        if module is not None:
            return library_call(reader, node, module, function.attr)
        return _method(reader, node, function)
    if isinstance(function, ast.Lambda):
        reader.refuse(function)
    raise reader.source.fault(node, "only functions that have a name are called", "call them by name")


def _named_call(reader: Reader, node: ast.Call, function: ast.Name) -> Any:
    word = function.id
    refuse_inside(reader, function, word)
    if word in reader.scope.values:
        raise reader.source.fault(
            node, f"{word!r} is a quantity here, no function", f"write np.{word}, or * for a product"
        )
    if word in reader.functions:
        return inlining.inlined(reader, node, reader.functions[word])
    imported = reader.libraries.function(word)
    if imported is not None:
        return library_call(reader, node, *imported)
    if word in builtins.BUILTINS and not reader.libraries.everything and not _has_axis(node):
        return builtins.BUILTINS[word](reader, node)
    return library_call(reader, node, reader.libraries.everything or "", word)


def _has_axis(node: ast.Call) -> bool:
    """Say whether a call is one that only a library's function can mean."""
    return any(keyword.arg in ("axis", "dim", "keepdims", "keepdim") for keyword in node.keywords)


def arguments(reader: Reader, node: ast.Call) -> tuple[list[Any], dict[str, Any]]:
    """Read the arguments of a call; those that say nothing here, such as dtype, are left out."""
    named: dict[str, Any] = {}
    positional = parts(reader, node.args)
    for keyword in node.keywords:
        if keyword.arg is None:
            raise reader.source.fault(keyword.value, "** is not read in a call", "write the arguments out")
        if keyword.arg in named:
            raise reader.source.fault(node, f"{keyword.arg} is given twice", "give it once")
        if keyword.arg not in NO_MEANING:
            named[keyword.arg] = reader.read(keyword.value)
    return positional, named


def library_call(reader: Reader, node: ast.Call, module: str, name: str) -> Any:
    """Read the call of a function of a library, by symback's function of the same meaning."""
    special = dialects.SPECIAL.get(name)
    if special is not None:
        made = special(reader, node, module)
        if made is not NotImplemented:
            return made
    if module.endswith(".random") or name in ("rand", "randn", "dropout"):
        raise reader.source.fault(
            node, "random numbers are not read", "give the array as an input, with its data or its shape"
        )
    # A function that is unknown is refused before its arguments are.
    reader.applied(node, function_named, name)
    given, named = arguments(reader, node)
    return _applied(reader, node, module, name, given, named)


def _applied(  # noqa: PLR0913 - what a call is made of
    reader: Reader, node: ast.Call, module: str, name: str, given: list[Any], named: dict[str, Any]
) -> Any:
    name, given, named = dialects.adapted(reader, node, module, name, given, named)
    function = reader.applied(node, function_named, name)
    return reader.applied(node, function, *_prepared(reader, node, name, given), **_literals(reader, named))


def _prepared(reader: Reader, node: ast.Call, name: str, given: list[Any]) -> list[Any]:
    """Return the arguments as a function takes them: quantities first, then numbers such as an axis."""
    first = first_number(name)
    made: list[Any] = []
    for position, value in enumerate(given):
        if position >= first:
            made.append(_plain(reader.literal(value)))
        elif isinstance(value, list | tuple) and name in LIST_TAKERS and value:
            made.append([reader.operand(node, part) for part in value])
        elif isinstance(value, list | tuple) and value:
            made.append(reader.stacked(node, value))
        elif isinstance(value, SymbolicSize):
            made.append(reader.operand(node, value))
        elif isinstance(value, bool):
            # A comparison of plain numbers is 1 or 0, as one of quantities is.
            made.append(int(value))
        else:
            made.append(value)
    return made


def _literals(reader: Reader, named: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(reader.literal(value)) for key, value in named.items()}


def _plain(value: Any) -> Any:
    """Return sizes as shapes write them."""
    if isinstance(value, SymbolicSize):
        return str(value)
    if isinstance(value, list | tuple):
        return tuple(_plain(part) for part in value)
    return value


def _method(reader: Reader, node: ast.Call, function: ast.Attribute) -> Any:
    value = reader.read(function.value)
    name = function.attr
    if isinstance(value, list):
        return _list_method(reader, node, value, name)
    if not isinstance(value, Expression):
        raise reader.source.fault(node, "only arrays have methods", f"call {name} as a function")
    if name in _UNCHANGED or name in _CONVERSIONS:
        return value if name in _UNCHANGED else _converted(reader, node, value)
    given, named = arguments(reader, node)
    if name == "size":
        return value.shape[reader.number(node, given[0], "an axis")] if given else value.shape
    if name == "named":
        return reader.applied(node, value.named, *given)
    if name not in METHODS:
        raise reader.source.fault(
            node, f"there is no method {name!r}", f"write it with operators and functions, as np.{name}(x)"
        )
    module = "torch" if reader.libraries.only_torch else "numpy"
    return _applied(reader, node, module, name, [value, *given], named)


def _list_method(reader: Reader, node: ast.Call, value: list[Any], name: str) -> None:
    if name not in ("append", "extend"):
        raise reader.source.fault(node, f"the method {name!r} of lists is not read", "use append, or +")
    given, named = arguments(reader, node)
    if len(given) != 1 or named:
        raise reader.source.fault(node, f"{name} takes one argument", "give one")
    if name == "append":
        value.append(given[0])
    else:
        value.extend(reader.items(node, given[0]))


def _converted(reader: Reader, node: ast.Call, value: Expression) -> Expression:
    """Return a value that is asked for as floats."""
    for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
        word = argument.attr if isinstance(argument, ast.Attribute) else getattr(argument, "id", None)
        word = argument.value if isinstance(argument, ast.Constant) else word
        if word not in _FLOATS:
            raise reader.source.fault(
                argument, "only floats are computed with", "leave the conversion out, or write floor(x)"
            )
    return value
