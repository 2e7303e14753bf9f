"""Statements: assignments, loops over what is known, and those that compute nothing."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from symback.ops.expression import Expression
from symback.reading.python import literals
from symback.reading.python.operators import combined

if TYPE_CHECKING:
    from collections.abc import Callable

    from symback.reading.python.reader import Reader

_SKIPPED: Final = (ast.Import, ast.ImportFrom, ast.Pass, ast.Assert, ast.FunctionDef)
_SKIPPED_CALLS: Final = frozenset(
    [
        *("print", "np.set_printoptions", "numpy.set_printoptions", "np.random.seed", "numpy.random.seed"),
        *("torch.manual_seed", "np.seterr", "torch.set_printoptions", "help"),
    ]
)


class Returned(NamedTuple):
    """What a function returned, and where."""

    value: Any
    node: ast.AST


class Output(NamedTuple):
    """The value that was computed last, and the name it was assigned to."""

    value: Any
    name: str | None
    node: ast.AST


def run(reader: Reader, body: list[ast.stmt]) -> Returned | Output | None:
    """Read statements in order; return what they return, or what they compute last."""
    last: Output | None = None
    for position, statement in enumerate(body):
        if isinstance(statement, ast.Return):
            return Returned(None if statement.value is None else reader.read(statement.value), statement)
        outcome = _statement(reader, statement)
        if isinstance(outcome, Returned):
            return outcome
        final = position == len(body) - 1 or all(map(is_skipped, body[position + 1 :]))
        if outcome is not None and (outcome.name is not None or final):
            last = outcome
    return last


def result_of(reader: Reader, function: ast.FunctionDef) -> Any:
    """Read the body of a function; return what it returns.

    Raises:
        ReadingError: It returns nothing.
    """
    outcome = run(reader, function.body)
    if not isinstance(outcome, Returned) or outcome.value is None:
        raise reader.source.fault(function, f"{function.name} returns nothing", "end it with return")
    return outcome.value


def is_skipped(statement: ast.stmt) -> bool:
    """Say whether a statement computes nothing: an import, a docstring, a print."""
    if isinstance(statement, _SKIPPED):
        return True
    if isinstance(statement, ast.If):
        return _is_main_guard(statement)
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str) or value.value is Ellipsis
    if not isinstance(value, ast.Call):
        return False
    called = value.func
    words: list[str] = []
    while isinstance(called, ast.Attribute):
        words.append(called.attr)
        called = called.value
    words.append(called.id if isinstance(called, ast.Name) else "")
    return ".".join(reversed(words)) in _SKIPPED_CALLS


def _is_main_guard(statement: ast.If) -> bool:
    test = statement.test
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _statement(reader: Reader, statement: ast.stmt) -> Returned | Output | None:
    if is_skipped(statement):
        return None
    read = _STATEMENTS.get(type(statement))
    if read is None:
        reader.refuse(statement)
    return read(reader, statement)


def _expression(reader: Reader, statement: ast.Expr) -> Output | None:
    value = reader.read(statement.value)
    name = statement.value.id if isinstance(statement.value, ast.Name) else None
    return None if value is None else Output(value, name, statement.value)


def _branch(reader: Reader, statement: ast.If) -> Returned | Output | None:
    """Read the branch that is taken, where the condition is known while the text is read."""
    condition = None if isinstance(statement.test, ast.BoolOp) else reader.read(statement.test)
    if not isinstance(condition, bool):
        reader.refuse(statement)
    return run(reader, statement.body if condition else statement.orelse)


def _loop(reader: Reader, statement: ast.For) -> Returned | Output | None:
    """Read the body of a loop once for each item of what is known."""
    if statement.orelse:
        raise reader.source.fault(
            statement.orelse[0], "else after a loop is not read", "write it after the loop"
        )
    last: Returned | Output | None = None
    for item in reader.items(statement.iter, reader.read(statement.iter)):
        bound(reader, statement.target, item)
        outcome = run(reader, statement.body)
        if isinstance(outcome, Returned):
            return outcome
        last = outcome or last
    return last


def bound(reader: Reader, target: ast.expr, value: Any) -> None:
    """Bind the names of a loop; what they stand for gets no name of its own."""
    if isinstance(target, ast.Name):
        reader.scope.values[target.id] = value
        return
    for part, item in _unpacked(reader, target, value):
        bound(reader, part, item)


def _unpacked(reader: Reader, target: ast.expr, value: Any) -> list[tuple[ast.expr, Any]]:
    if isinstance(target, ast.Subscript):
        raise reader.source.fault(
            target, "writing into an array is not read", "build the array with stack, concatenate or where"
        )
    if isinstance(target, ast.Attribute):
        raise reader.source.fault(target, "attributes are not assigned", "assign to a name")
    if not isinstance(target, ast.Tuple | ast.List):
        reader.refuse(target)
    items = reader.items(target, value)
    for part in target.elts:
        if isinstance(part, ast.Starred):
            raise reader.source.fault(part, "a starred target is not read", "name each part")
    if len(items) != len(target.elts):
        raise reader.source.fault(
            target, f"{len(target.elts)} names for {len(items)} values", "give one name for each value"
        )
    return list(zip(target.elts, items, strict=True))


def _assignment(reader: Reader, statement: ast.Assign) -> Output | None:
    if reader.scope is reader.module_scope:
        pairs = named_values(statement) or []
        found = [literals.literal(reader, value) for _, value in pairs]
        known = [literal for literal in found if literal is not None]
        if pairs and len(known) == len(pairs):
            for (name, _), literal in zip(pairs, known, strict=True):
                literals.bind_input(reader, name, literal)
            return None
    value = reader.read(statement.value)
    last: Output | None = None
    for target in statement.targets:
        last = assigned(reader, target, value, statement)
    return last


def named_values(statement: ast.stmt) -> list[tuple[ast.Name, ast.expr]] | None:
    """Return the names of an assignment and what is assigned to each, where each has its own."""
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
        return [(statement.target, statement.value)]
    if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
        return None
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Name):
        return [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        pairs = [(t, v) for t, v in zip(target.elts, value.elts, strict=True) if isinstance(t, ast.Name)]
        return pairs if len(pairs) == len(target.elts) else None
    return None


def assigned(reader: Reader, target: ast.expr, value: Any, statement: ast.stmt) -> Output | None:
    """Bind the names of an assignment, and name what they stand for."""
    if not isinstance(target, ast.Name):
        last: Output | None = None
        for part, item in _unpacked(reader, target, value):
            last = assigned(reader, part, item, statement) or last
        return last
    word = target.id
    if isinstance(value, Expression):
        value = _named(reader, target, value)
    elif isinstance(value, list) and all(isinstance(item, Expression) for item in value):
        value = [_named_item(reader, target, item, n) for n, item in enumerate(value)]
    reader.scope.values[word] = value
    parts = value if isinstance(value, list | tuple) else [value]
    return Output(value, word, target) if any(isinstance(part, Expression) for part in parts) else None


def _named(reader: Reader, target: ast.Name, value: Expression) -> Expression:
    """Name a result; what has a name keeps it, and a name that is taken gets a number."""
    word = target.id
    if value.node.name is not None or not word.strip("_"):
        return value
    name = reader.renamed(word, target) if reader.names.is_given(word) else word
    return _under(reader, value, reader.names.give(name, target))


def _named_item(reader: Reader, target: ast.Name, item: Expression, position: int) -> Expression:
    name = f"{target.id}{position}"
    if item.node.name is not None or item.node.op is None or not target.id.strip("_"):
        return item
    if reader.names.is_given(name) or not reader.names.is_free(name):
        return item
    return _under(reader, item, reader.names.give(name, target))


def _under(reader: Reader, value: Expression, name: str) -> Expression:
    made = value.named(name)
    if value.node in reader.known:
        reader.known[made.node] = reader.known[value.node]
    return made


def _annotated(reader: Reader, statement: ast.AnnAssign) -> Output | None:
    """Read name: shape = value; the annotation of an input may be its shape."""
    from symback.reading.python.functions import annotated_shape

    if statement.value is not None:
        plain = ast.copy_location(ast.Assign([statement.target], statement.value), statement)
        return _assignment(reader, plain)
    if isinstance(statement.target, ast.Name):
        word = statement.target.id
        shape = annotated_shape(reader, statement.annotation)
        reader.scope.values[word] = reader.declare(word, statement.target, shape)
        return None
    raise reader.source.fault(statement, "only names are declared", 'write X: "N 4"')


def _augmented(reader: Reader, statement: ast.AugAssign) -> Output | None:
    """Read h += b as h = h + b."""
    target = statement.target
    if not isinstance(target, ast.Name):
        # Anything but a name is refused there.
        _unpacked(reader, target, [])
        return None
    load = ast.copy_location(ast.Name(target.id, ast.Load()), target)
    value = combined(reader, statement, statement.op, reader.read(load), reader.read(statement.value))
    return assigned(reader, target, value, statement)


_STATEMENTS: Final[dict[type[ast.stmt], Callable[[Reader, Any], Returned | Output | None]]] = {
    ast.Assign: _assignment,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Expr: _expression,
    ast.For: _loop,
    ast.If: _branch,
}
"""What reads each kind of statement; others are refused."""
