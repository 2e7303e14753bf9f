"""Which part of a text is the forward pass, and what the inputs of a function are."""

from __future__ import annotations

import ast
import difflib
from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import InputError, ReadingError, UnknownNameError
from symback.core.shapes import Shape, shape_of_text
from symback.reading.python import literals
from symback.reading.python.folding import is_number
from symback.reading.python.inlining import parameters
from symback.reading.python.reader import Scope
from symback.reading.python.statements import is_skipped, named_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symback.reading.python.literals import Literal
    from symback.reading.python.reader import Reader

_TYPES: Final = frozenset(
    [
        *("float", "int", "Array", "Tensor", "array", "ndarray", "Expression", "ArrayLike", "list", "tuple"),
        *("Number", "number", "Any", "object", "scalar"),
    ]
)
_HARMLESS: Final = frozenset(["jit", "no_grad", "model", "checkpoint", "njit", "script", "compile"])


def chosen(reader: Reader, function: str | None, *, computes: bool) -> ast.FunctionDef | None:
    """Return the function that is the forward pass; None if the text itself is.

    Args:
        reader: The state of reading.
        function: The name of the function, if one was asked for.
        computes: Whether the text computes something outside its functions.

    Raises:
        UnknownNameError: There is no function of the name that was asked for.
        ReadingError: There are several, and none was asked for.
    """
    if function is not None:
        if function in reader.functions:
            return reader.functions[function]
        known = ", ".join(reader.functions) or "none"
        near = difflib.get_close_matches(function, reader.functions, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {known}"
        raise UnknownNameError(f"{reader.source.filename} defines no function {function!r}; {hint}")
    if not reader.functions or computes:
        return None
    called = {
        part.func.id
        for definition in reader.functions.values()
        for part in ast.walk(definition)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
    }
    # Helpers that another function calls are no forward passes of their own.
    roots = [name for name in reader.functions if name not in called] or list(reader.functions)
    if len(roots) > 1:
        listed = ", ".join(f"{reader.source.filename}:{name}" for name in roots)
        raise reader.source.fault(
            reader.functions[roots[1]], f"there are {len(roots)} functions", f"name one of {listed}"
        )
    return reader.functions[roots[0]]


def enter(reader: Reader, function: ast.FunctionDef, found: Mapping[str, Literal]) -> None:
    """Make the parameters of a function inputs.

    Args:
        reader: The state of reading.
        function: The function.
        found: The numbers and arrays that the file defines beside its functions: those named like a
            parameter are values for it, the others are constants.

    Raises:
        ReadingError: A parameter or a decorator cannot be read.
    """
    stated = _shapes_of_decorators(reader, function)
    reader.scope = Scope(function.name, {})
    for parameter, default in parameters(reader, function):
        word = parameter.arg
        annotated = None if parameter.annotation is None else annotated_shape(reader, parameter.annotation)
        shape = stated.get(word, annotated)
        if default is None:
            _input(reader, parameter, shape, found.get(word))
        elif isinstance(default, ast.Constant) and not is_number(default.value):
            reader.scope.values[word] = default.value
        else:
            literal = literals.literal(reader, default)
            if literal is None:
                raise reader.source.fault(
                    default, "this default is no number", "write a number or a list of numbers"
                )
            literals.bind_input(reader, _target(parameter), literal)
    used = {part.id for part in ast.walk(reader.source.tree) if isinstance(part, ast.Name)}
    constants = {
        word: _as_constant(reader, function, literal) for word, literal in found.items() if word in used
    }
    reader.module_scope.values = constants
    reader.scope.values = {**constants, **reader.scope.values}


def _input(reader: Reader, parameter: ast.arg, shape: Shape | None, found: Literal | None) -> None:
    word = parameter.arg
    if found is not None and (shape is None or len(shape) == len(found.shape)):
        literals.bind_input(reader, _target(parameter), found)
    else:
        reader.scope.values[word] = reader.declare(word, parameter, shape)


def _target(parameter: ast.arg) -> ast.Name:
    return ast.copy_location(ast.Name(parameter.arg, ast.Store()), parameter)


def _as_constant(reader: Reader, node: ast.AST, found: Literal) -> Any:
    return found.value if found.plain or not found.shape else reader.stacked(node, found.value)


def beside_functions(reader: Reader) -> tuple[dict[str, Literal], bool]:
    """Return the numbers and arrays that a file defines beside its functions, and whether there is more."""
    found: dict[str, Literal] = {}
    more = False
    for statement in reader.source.tree.body:
        if is_skipped(statement) or isinstance(statement, ast.ClassDef):
            continue
        pairs = named_values(statement)
        for target, value in pairs or ():
            try:
                literal = literals.literal(reader, value, found)
            except ReadingError:
                literal = None
            if literal is None:
                more = True
            else:
                found[target.id] = literal
        declares = isinstance(statement, ast.AnnAssign) and statement.value is None
        more = more or (pairs is None and not declares)
    return found, more


def annotated_shape(reader: Reader, annotation: ast.expr) -> Shape | None:
    """Return the shape that an annotation states: "N 4", or Annotated[sb.Array, "N 4"].

    Raises:
        InputError: It is no shape.
    """
    text: object = None
    if isinstance(annotation, ast.Constant):
        text = annotation.value
    elif isinstance(annotation, ast.Subscript):
        inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        texts = [
            part.value for part in inner if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
        text = texts[-1] if texts else None
    if not isinstance(text, str) or text.rpartition(".")[2].partition("[")[0].strip() in _TYPES:
        return None
    try:
        return shape_of_text(text)
    except InputError as error:
        raise InputError(f"{reader.source.at(annotation)}: {error}") from None


def _shapes_of_decorators(reader: Reader, function: ast.FunctionDef) -> dict[str, Shape]:
    """Return the shapes that @model(X="N 4") states, and refuse decorators that change a function."""
    shapes: dict[str, Shape] = {}
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        word = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if word not in _HARMLESS:
            raise reader.source.fault(
                decorator, "a decorator may change what the function computes", "leave it out"
            )
        if word == "model" and isinstance(decorator, ast.Call):
            for keyword in decorator.keywords:
                if keyword.arg and isinstance(keyword.value, ast.Constant):
                    shape = reader.applied(keyword.value, shape_of_text, keyword.value.value)
                    shapes[keyword.arg] = shape
    return shapes
