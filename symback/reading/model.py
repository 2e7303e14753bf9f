"""A forward pass that was read: its graph, and what is known of its inputs."""

from __future__ import annotations

import difflib
import functools
import inspect
import textwrap
from typing import TYPE_CHECKING, Any

from symback.core.errors import InputError, ReadingError, UnknownNameError
from symback.ops.expression import Expression

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from symback.core.graph import Graph
    from symback.core.shapes import Shape


class Model:
    """A forward pass.

    Attributes:
        expression: The output.
        outputs: The output, as a tuple of one.
        graph: All quantities that lead to the output, and all inputs.
        values: Values of inputs that the text gives.
        shapes: The shape of each input.
        notes: Sentences on how the text was read.
        title: What a document about it is called.
    """

    def __init__(  # noqa: PLR0913 - one argument for each attribute
        self,
        expression: Expression,
        graph: Graph,
        *,
        values: Mapping[str, Any],
        shapes: Mapping[str, Shape],
        notes: list[str],
        title: str,
    ) -> None:
        # The graph merges equal nodes: what stands for the output there is the output.
        self.expression = Expression(graph.outputs[0]) if graph.outputs else expression
        self.outputs = (self.expression,)
        self.graph = graph
        self.values = dict(values)
        self.shapes = dict(shapes)
        self.notes = notes
        self.title = title
        self._function: Callable[..., Any] | None = None

    def __repr__(self) -> str:
        listed = ", ".join(
            f"{name}: {' '.join(map(str, shape))}" if shape else name for name, shape in self.shapes.items()
        )
        return f"<model {self.expression!r} of {listed or 'no inputs'}>"

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Run the function that was decorated.

        Raises:
            InputError: The model was read from a text.
        """
        if self._function is None:
            raise InputError(
                "this model was read from a text, which is never run; evaluate its derivation with "
                "symback.derive(model).evaluate(...)"
            )
        return self._function(*arguments, **named)

    def __reduce__(self) -> tuple[object, ...]:
        # A decorated function is found under its name, where the model stands now: it stays behind.
        return _rebuilt, (self.graph, self.values, self.shapes, self.notes, self.title)


def _rebuilt(graph: Graph, values: Any, shapes: Any, notes: list[str], title: str) -> Model:
    output = Expression(graph.outputs[0])
    return Model(output, graph, values=values, shapes=shapes, notes=notes, title=title)


def model(
    source: Callable[..., Any] | str | None = None,
    *,
    shapes: Mapping[str, Shape | str] | None = None,
    **named_shapes: Shape | str,
) -> Any:
    """Read a forward pass as people write it for NumPy: from a text, or from a function's source.

    As a decorator, `@model(X="N 4", W="4 3")` or plain `@model` with annotations, it reads the function
    that follows. The function is not run: global and outer names are not read. The model can still be
    called as the function.

    Args:
        source: A text, or a function.
        shapes: Shapes of inputs by name, as tuples or like "N 4"; a name without one is a scalar.
        named_shapes: The same, as keywords.

    Raises:
        ReadingError: Something is outside the grammar, or the source of the function is not to be had.
        UnknownNameError: A shape is given for what is no input.

    >>> model("z = X @ W + b", shapes={"X": "N 4", "W": "4 3", "b": "3"}).expression.shape
    ('N', 3)
    """
    both: dict[str, Shape | str] = {**(shapes or {}), **named_shapes}
    if source is None:
        return functools.partial(_of_function, shapes=both)
    if isinstance(source, str):
        from symback.reading.python import read_python

        return _without_strangers(read_python(source, shapes=both), both)
    return _of_function(source, both)


def _without_strangers(made: Model, shapes: Mapping[str, Any]) -> Model:
    for name in shapes:
        if name not in made.shapes:
            near = difflib.get_close_matches(name, made.shapes, n=1)
            hint = f"did you mean {near[0]}?" if near else f"the inputs are {', '.join(made.shapes)}"
            raise UnknownNameError(f"a shape is given for {name!r}, which is no input; {hint}")
    return made


def _of_function(function: Callable[..., Any], shapes: Mapping[str, Shape | str]) -> Model:
    from symback.reading.python import read_python

    name = getattr(function, "__name__", "it")
    text_form = 'give the text itself: model("z = X @ W + b", shapes={"X": "N 4", ...})'
    if not callable(function):
        raise InputError(
            f"model: {function!r}: expected a function or a text, got {type(function).__name__}; {text_form}"
        )
    if name == "<lambda>":
        raise ReadingError(f"model: a lambda has no lines of its own; write a def, or {text_form}")
    try:
        lines, first_line = inspect.getsourcelines(function)
        filename = inspect.getsourcefile(function) or "<text>"
    except (OSError, TypeError):
        lines = []
    if not any(f"def {name}" in line for line in lines):
        # Some versions of Python give other lines where there is no source.
        raise ReadingError(f"model: the source of {name} is not to be had here; {text_form}")
    # What decorates the function is not read: the model is of the function itself.
    head = next((n for n, line in enumerate(lines) if line.lstrip().startswith(("def ", "async def "))), 0)
    text = textwrap.dedent("".join(lines[head:]))
    made = read_python(
        text,
        filename=filename,
        function=name,
        shapes=shapes,
        first_line=first_line + head,
        indent=len(lines[head]) - len(lines[head].lstrip()),
    )
    _without_strangers(made, shapes)
    functools.update_wrapper(made, function, updated=())
    made._function = function  # noqa: SLF001 - its own
    return made
