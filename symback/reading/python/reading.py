"""From a text to a model."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

from symback.core.collection import collection_paused
from symback.core.errors import InputError
from symback.core.graph import Graph
from symback.core.shapes import Shape, Size, shape_of_text
from symback.ops.arithmetic import ADD
from symback.ops.expression import Expression, apply, make
from symback.reading.data import shapes_of
from symback.reading.model import Model

# Each of these enters what it reads into the table of readers.
from symback.reading.python import atoms as _atoms  # noqa: F401
from symback.reading.python import builtins as _builtins  # noqa: F401
from symback.reading.python import calls as _calls  # noqa: F401
from symback.reading.python import functions, statements
from symback.reading.python import operators as _operators  # noqa: F401
from symback.reading.python.libraries import Libraries
from symback.reading.python.names import Names
from symback.reading.python.reader import Reader, Scope
from symback.reading.python.source import Source, text_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST_LISTED: Final = 6

Free = Literal["scalar", "error"]


def read_python(  # noqa: PLR0913 - all but the text are given by name
    text: str,
    *,
    filename: str = "<text>",
    function: str | None = None,
    shapes: Mapping[str, Shape | str] | None = None,
    free: Free = "scalar",
    values: Mapping[str, Any] | None = None,
    first_line: int = 1,
    indent: int = 0,
) -> Model:
    r"""Read a forward pass that is written in Python for NumPy, torch or JAX. Nothing is run.

    A text of assignments is read from top to bottom: numbers and arrays that are assigned as they stand
    are inputs with values, a name that is nowhere assigned is an input, and what is assigned last, or a
    formula on the last line, is the output. A function's parameters are its inputs, and what it returns
    is the output; other names are not known in it.

    Assigned names become the names of the derivation. A name that is assigned again gets the next free
    number from there on (`h`, `h_2`, `h_3` …), which the model's notes say. A name that only stands for
    what has a name already (`y = x`) is no further quantity.

    Args:
        text: The text.
        filename: What messages call it.
        function: Which of the functions it defines is the forward pass.
        shapes: Shapes of inputs, as tuples or like "N 4"; a name without one is a scalar.
        free: What a name is that nothing defines, in a text: a scalar input, or an error.
        values: Values of inputs, which give their shapes and take the place of those in the text.
        first_line: The number of the text's first line, for messages.
        indent: How many columns were cut off in front of each line, for messages.

    Raises:
        ReadingError: Something is outside the grammar; the message says where and what would do.
        NamingError: A name cannot be used, or prints like another.
        InputError: Shapes do not go together, or a value cannot be used.
        UnknownNameError: A function is unknown.

    >>> read_python("z = w*x + b\ny = max(z, 0)").expression
    <y = relu(z)>
    """
    if not isinstance(text, str):
        raise InputError(f"text = {text!r}: expected Python in a text, got {type(text).__name__}")
    data = dict(values or {})
    known_shapes: dict[str, Shape] = shapes_of(data)
    sizes: dict[str, Size] = {}
    for name, shape in (shapes or {}).items():
        stated = shape_of_text(shape, f"the shape of {name}:")
        known_shapes[name] = _agreed(name, stated, known_shapes.get(name))
        letters = zip(stated, known_shapes[name], strict=True)
        sizes.update({letter: size for letter, size in letters if isinstance(letter, str)})
    with collection_paused():
        source = Source(text, filename, first_line, indent)
        scope = Scope(None, {})
        reader = Reader(source, Names(source), Libraries(), known_shapes, free, data, scope, scope, sizes)
        return _read(reader, function)


def read_python_file(
    path: str | Path,
    *,
    function: str | None = None,
    shapes: Mapping[str, Shape | str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Model:
    """Read a forward pass from a file, as `read_python` does.

    Raises:
        ReadingError: The file cannot be read, or something in it is outside the grammar.
    """
    text = text_of_file(Path(path))
    return read_python(text, filename=str(path), function=function, shapes=shapes, values=values)


def _agreed(name: str, stated: Shape, found: Shape | None) -> Shape:
    """Return the shape of the data, if the stated one allows it."""
    if found is None:
        return stated
    fits = len(stated) == len(found) and all(
        isinstance(size, str) or size == other for size, other in zip(stated, found, strict=True)
    )
    if not fits:
        raise InputError(
            f"{name} has the shape {found} in the data, but {stated} was stated; give one of them"
        )
    return found


def _read(reader: Reader, function: str | None) -> Model:
    tree = reader.source.tree
    for part in ast.walk(tree):
        if isinstance(part, ast.Import | ast.ImportFrom):
            reader.libraries.enter(part)
    reader.functions = {part.name: part for part in tree.body if isinstance(part, ast.FunctionDef)}
    if not tree.body:
        _nothing(reader)
    beside, more = functions.beside_functions(reader) if reader.functions else ({}, True)
    definition = functions.chosen(reader, function, computes=more)
    if definition is None:
        outcome = statements.run(reader, tree.body)
        if isinstance(outcome, statements.Returned):
            raise reader.source.fault(outcome.node, "return outside a function", "write y = ..., or a def")
        if outcome is None:
            _nothing(reader)
        return _model(reader, outcome.value, outcome.name, outcome.node, "")
    functions.enter(reader, definition, beside)
    value = statements.result_of(reader, definition)
    returned = next((part for part in ast.walk(definition) if isinstance(part, ast.Return)), definition)
    node = getattr(returned, "value", None) or returned
    return _model(reader, value, None, node, f"Backpropagation through {definition.name}")


def _nothing(reader: Reader) -> NoReturn:
    from symback.core.errors import ReadingError

    raise ReadingError(
        f"{reader.source.filename}: nothing is computed; expected a formula, like y = relu(w*x + b)"
    )


def _model(reader: Reader, value: Any, name: str | None, node: ast.AST, title: str) -> Model:
    if isinstance(value, tuple | list):
        raise reader.source.fault(
            node, f"{len(value)} outputs", "give one output, such as the loss; name the others on the way"
        )
    if not isinstance(value, Expression):
        raise reader.source.fault(node, "the output depends on no input", "give the inputs names")
    if name is not None and value.node.name != name and not reader.names.is_given(name):
        # The output keeps the name that it is known by: y = x is a quantity of its own here.
        value = _same(value).named(reader.names.give(name, node))
    elif value.node.op is None:
        value = _same(value)
    inputs = _inputs(reader, value)
    return Model(
        value,
        Graph([value.node], also=[made.node for made in inputs.values()]),
        values={key: given for key, given in reader.values.items() if key in inputs},
        shapes={key: made.shape for key, made in inputs.items()},
        notes=list(_notes(reader)),
        title=title,
    )


def _notes(reader: Reader) -> Iterator[str]:
    """Say how the text was read, where that is not plain."""
    for word, places in reader.again.items():
        lines = list(dict.fromkeys(str(line) for line, _ in places))
        where = f"line {lines[0]}" if len(lines) == 1 else f"lines {', '.join(lines)}"
        later = [name for _, name in places]
        called = later if len(later) <= _MOST_LISTED else [later[0], later[1], "…", later[-1]]
        yield f"{word} is assigned again in {where}: from there it is called {', '.join(called)}."
    for name in reader.data:
        if name not in reader.inputs:
            why = "the text computes it itself" if reader.names.is_given(name) else "nothing uses it"
            yield f"A value is given for {name}, but {why}; it is ignored."
    for name in reader.shapes:
        if name not in reader.inputs and name not in reader.data:
            yield f"A shape is given for {name}, which is no input; it is ignored."


def _same(value: Expression) -> Expression:
    """Return the same quantity in a node of its own: a sum of one term."""
    return make(ADD, [value.node]) if value.shape else apply(ADD, value)


def _inputs(reader: Reader, output: Expression) -> dict[str, Expression]:
    """Return the inputs, without numbers that only served as sizes, axes and bounds."""
    from symback.core.node import postorder

    used = set(postorder([output.node]))
    return {
        name: made
        for name, made in reader.inputs.items()
        if made.node in used or made.node not in reader.as_numbers
    }
