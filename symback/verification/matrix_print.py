r"""Whether the printed equations of arrays are right: each side is read back and evaluated.

Every side is compared with the value of its quantity at two evaluations of the whole derivation; the
first one, which is what the quantity is defined as, once more at values that have nothing to do with
each other. A local factor is compared with the Jacobian that complex steps give.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from symback.core.errors import ReadingError
from symback.derivation.steps import Step, StepKind
from symback.rendering.json import as_data
from symback.verification import matrix_syntax as s
from symback.verification.matrix_entries import EntryReader
from symback.verification.matrix_functions import Calls
from symback.verification.matrix_grids import fitted
from symback.verification.matrix_indices import plain_letters
from symback.verification.matrix_names import Names
from symback.verification.matrix_reader import Reader
from symback.verification.matrix_syntax import NonsenseError, nonsense, parsed
from symback.verification.matrix_values import Sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from symback.core.node import Node
    from symback.derivation.backward import Backward
    from symback.derivation.steps import Equation

TOLERANCE: Final = 1e-9
"""Relative to the largest entry of a quantity, or to 1: rounding is a thousandth of it, a misprint larger."""

UNDEFINED: Final = "; its definition is not among them"
"""What is said of a quantity whose definition is not printed, but only what follows from it."""

_PRINTED: Final = 5e-6
"""What is rounded to six digits may differ by this."""

_MOST_TURNED: Final = 5


class Judged(NamedTuple):
    """A verdict on printed equations.

    Attributes:
        verdict: "right", "wrong", or "not judged".
        why: What was compared, what is wrong, or what could not be read.
    """

    verdict: str
    why: str


class _WrongError(Exception):
    """A side that is read has another value than its quantity."""


def judge_print(backward: Backward, seed: int = 0) -> dict[str, Judged]:
    """Read every forward equation and step of a derivation of arrays as JSON holds it, and judge it.

    Args:
        backward: The derivation.
        seed: What values are drawn with.

    >>> from symback.core.graph import Graph
    >>> from symback.derivation.backward import Backward
    >>> from symback.ops.expression import array
    >>> X, W = array("X", "N 4"), array("W", "4 3")
    >>> {one.verdict for one in judge_print(Backward(Graph([(X @ W).named("Z").node]))).values()}
    {'right'}
    """
    data = as_data(backward)
    texts = {
        item["name"]: [item[key] for key in ("latex", "index_latex") if key in item]
        for item in (*data["forward"], *data["steps"])
    }
    return judge_equations(backward, texts, seed)


def judge_equations(
    backward: Backward, texts: Mapping[str, Iterable[str]], seed: int = 0
) -> dict[str, Judged]:
    """Judge the printed equations of some steps and quantities.

    Args:
        backward: The derivation.
        texts: The LaTeX of the equations of each, by name.
        seed: What values are drawn with.
    """
    try:
        judge = _Judge(backward, seed)
    except ReadingError as error:
        return {name: Judged("not judged", str(error)) for name in texts}
    return {name: judge.judged(backward[name], list(lines)) for name, lines in texts.items()}


class _Judge:
    """Judges the equations of one derivation."""

    def __init__(self, backward: Backward, seed: int) -> None:
        self._backward = backward
        self._sample, other = Sample(backward, seed), Sample(backward, seed + 1)
        self._consistent = [self._sample.values, other.values]
        self._names = Names(backward)
        self._all_calls = Calls(backward.order, self._sample.sizes)
        self._calls = [self._all_calls]

    def judged(self, equation: Equation, lines: list[str]) -> Judged:
        """Judge all lines of one quantity."""
        sides, defined = 0, False
        own = self._sample.inside(equation.node)
        self._calls = [Calls(own, self._sample.sizes), self._all_calls]
        for line in lines:
            try:
                read, defining = self._line(equation, parsed(line))
            except NonsenseError as error:
                return Judged("wrong", f"{error}: {line}")
            except _WrongError as error:
                on_a_kink = self._sample.on_a_kink
                return Judged("not judged" if on_a_kink else "wrong", f"{error}: {line}")
            except ReadingError as error:
                return Judged("not judged", f"{error}: {line}")
            sides += read
            defined = defined or defining
        if not sides:
            return Judged("wrong", "nothing is printed")
        return Judged("right", f"{sides} side(s) read back" + ("" if defined else UNDEFINED))

    def _line(self, equation: Equation, line: s.Equation) -> tuple[int, bool]:
        """Judge a line; return how many sides it has, and whether the first one is the definition."""
        if isinstance(equation, Step) and equation.kind is StepKind.LOCAL:
            return self._local(equation, line), True
        if isinstance(equation, Step) and equation.kind is StepKind.SEED:
            return self._seed(equation, line), True
        node = equation.node
        letters = self._left(node, line.left)
        points = [(values, values[node]) for values in self._consistent]
        for relation, side in line.sides:
            self._side(side, letters, points, _PRINTED if relation == "≈" else TOLERANCE)
        independent = self._sample.independent(node)
        if independent is None:
            return len(line.sides), False
        try:
            self._side(line.sides[0][1], letters, [points[0], independent], TOLERANCE)
        except _WrongError:
            return len(line.sides), False
        return len(line.sides), True

    def _left(self, node: Node, left: s.Formula) -> tuple[str, ...]:
        """Check the left-hand side of an equation, and return its indices."""
        if not isinstance(left, s.Symbol | s.Derivative):
            raise nonsense("a left-hand side that is no quantity")
        meant = self._names.meant(left)
        letters = plain_letters(meant.rest)
        if meant.node is not node or letters is None:
            raise _WrongError(f"the left-hand side is {meant.node.name}, not {node.name}")
        axes = [size for size in np.shape(self._sample.values[node]) if size != 1]
        if letters and (len(letters) != len(axes) or len(set(letters)) != len(letters)):
            raise _WrongError(f"{len(letters)} indices for {len(axes)} axes")
        return letters

    def _side(
        self,
        side: s.Formula,
        letters: tuple[str, ...],
        points: Sequence[tuple[Mapping[Node, Any], Any]],
        tolerance: float,
    ) -> None:
        """Compare a side with its quantity; what may be meant as row or column may be either."""
        error, flexible = self._attempt(side, letters, (), points, tolerance)
        if error is None:
            return
        # A part that stands the wrong way round may hide later ones.
        hidden = flexible and isinstance(error, NonsenseError)
        for turned in itertools.product((False, True), repeat=_MOST_TURNED if hidden else flexible):
            if self._attempt(side, letters, turned, points, tolerance)[0] is None:
                return
        raise error

    def _attempt(
        self,
        side: s.Formula,
        letters: tuple[str, ...],
        turned: tuple[bool, ...],
        points: Sequence[tuple[Mapping[Node, Any], Any]],
        tolerance: float,
    ) -> tuple[Exception | None, int]:
        """Compare a side in one reading; return what is wrong, and how many parts may be turned."""
        flexible = 0
        try:
            for values, value in points:
                reader = self._reader(values, turned)
                shape = np.shape(value)
                if letters:
                    shape = tuple(size for size in shape if size != 1)
                    found = EntryReader(reader, side, letters, dict(zip(letters, shape, strict=True))).value()
                else:
                    found = fitted(reader.whole(side), shape)
                flexible = min(reader.flexible, _MOST_TURNED)
                _compare(found, np.reshape(value, shape), tolerance)
        except (NonsenseError, _WrongError) as error:
            return error, min(reader.flexible, _MOST_TURNED)
        return None, flexible

    def _reader(self, values: Mapping[Node, Any], turned: tuple[bool, ...] = ()) -> Reader:
        return Reader(self._names, values, self._sample.sizes, self._calls, turned, self._sample.redefined)

    def _seed(self, step: Step, line: s.Equation) -> int:
        """Check the upstream gradient: it is the output's by its meaning; of a loss by itself it is 1."""
        value = self._sample.values[step.node]
        for _, side in line.sides:
            if isinstance(side, s.Derivative):
                self._left(step.node, side)
            else:
                _compare(fitted(self._reader({}).whole(side), np.shape(value)), value, _PRINTED)
        return len(line.sides)

    def _local(self, step: Step, line: s.Equation) -> int:
        left = line.left
        if not isinstance(left, s.Derivative):
            raise nonsense("a local factor that is no derivative")
        above, below = self._names.plain(left.above), self._names.plain(left.below)
        if (above.node, below.node) != (step.consumer, step.of):
            raise _WrongError(f"a derivative of {above.node.name} by {below.node.name}")
        if left.label != str(step.ordinal or ""):
            raise _WrongError(f"the label {left.label!r} for the path {step.ordinal}")
        letters = (*(plain_letters(above.rest) or ()), *(plain_letters(below.rest) or ()))
        jacobian = self._sample.jacobian(step)
        axes = sum(size != 1 for size in jacobian.shape)
        if letters and (len(letters) != axes or len(set(letters)) != len(letters)):
            raise _WrongError(f"{len(letters)} indices for {axes} axes")
        if not letters and axes > 2:  # noqa: PLR2004 - rows and columns
            raise _WrongError("no indices for more than two axes")
        if jacobian.ndim > 2:  # noqa: PLR2004 - rows and columns
            jacobian = np.squeeze(jacobian)
        for _, side in line.sides:
            self._side(side, letters, [(self._sample.values, jacobian)], TOLERANCE)
        return len(line.sides)


def _compare(found: Any, expected: Any, tolerance: float) -> None:
    scale = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    error = float(np.max(np.abs(np.asarray(found) - expected), initial=0.0))
    if not error <= tolerance * scale:
        raise _WrongError(f"it differs by {error:.1e} from its value")
