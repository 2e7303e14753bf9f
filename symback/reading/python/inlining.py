"""The functions that a text defines: their parameters, and calls of them, which are read in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from symback.reading.python.reader import Scope

if TYPE_CHECKING:
    import ast

    from symback.reading.python.reader import Reader

MOST_ACTIVE: Final = 12
"""Functions may call each other this deep."""


def parameters(reader: Reader, function: ast.FunctionDef) -> list[tuple[ast.arg, ast.expr | None]]:
    """Return the parameters of a function, each with its default.

    Raises:
        ReadingError: It takes any number of arguments.
    """
    spec = function.args
    for extra, sign in ((spec.vararg, "*"), (spec.kwarg, "**")):
        if extra is not None:
            raise reader.source.fault(
                extra, f"{sign}{extra.arg} takes any number of arguments", "name each argument"
            )
    plain = [*spec.posonlyargs, *spec.args]
    defaults: list[ast.expr | None] = [*[None] * (len(plain) - len(spec.defaults)), *spec.defaults]
    return [*zip(plain, defaults, strict=True), *zip(spec.kwonlyargs, spec.kw_defaults, strict=True)]


def inlined(reader: Reader, node: ast.Call, function: ast.FunctionDef) -> Any:
    """Read the body of a function of the text in place of a call of it.

    Raises:
        ReadingError: The arguments do not suit, or the function calls itself.
    """
    from symback.reading.python.calls import arguments
    from symback.reading.python.statements import result_of

    if function.name in reader.active or len(reader.active) >= MOST_ACTIVE:
        raise reader.source.fault(
            node, f"{function.name} calls itself, or calls go too deep", "write the steps out"
        )
    given, named = arguments(reader, node)
    scope = Scope(function.name, reader.module_scope.values)
    listed = parameters(reader, function)
    positional = len(listed) - len(function.args.kwonlyargs)
    if len(given) > positional:
        raise reader.source.fault(
            node, f"{function.name} takes {positional} arguments, got {len(given)}", "leave the others out"
        )
    for position, (parameter, default) in enumerate(listed):
        word = parameter.arg
        if position < len(given):
            if word in named:
                raise reader.source.fault(node, f"{word} is given twice", "give it once")
            scope.values[word] = given[position]
        elif word in named:
            scope.values[word] = named.pop(word)
        elif default is not None:
            scope.values[word] = reader.read(default)
        else:
            raise reader.source.fault(node, f"{function.name} needs {word}", "give it")
    unknown = set(named) - {parameter.arg for parameter, _ in listed}
    if unknown:
        raise reader.source.fault(
            node, f"{function.name} has no argument {min(unknown)!r}", "correct its name"
        )
    return _called(reader, function, scope, result_of)


def _called(reader: Reader, function: ast.FunctionDef, scope: Scope, result_of: Any) -> Any:
    caller, depth = reader.scope, reader.depth
    reader.scope, reader.depth = scope, 0
    reader.active.append(function.name)
    try:
        return result_of(reader, function)
    finally:
        reader.scope, reader.depth = caller, depth
        reader.active.pop()
