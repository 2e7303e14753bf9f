r"""The third check: each step as `to_latex()` printed it, read back, is the same expression."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from symback.core.errors import ReadingError
from symback.derivation.steps import Step, StepKind, named_inputs
from symback.notation.forms import Bars, Function, written_number
from symback.notation.identifier import in_ascii
from symback.notation.latex import latex
from symback.notation.tree import Index, Letters, Script, reindex, row
from symback.ops.to_sympy import to_sympy
from symback.reading import LatexReader, split_equation
from symback.rendering.lines import FIRST_TERMS, LAST_TERMS, MOST_FACTORS
from symback.rendering.looks import ENTRY, Looks
from symback.verification.identity import vanishes
from symback.verification.report import Finding, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from symback.core.node import Node
    from symback.core.op import Op
    from symback.derivation.backward import Backward

_TAG: Final = re.compile(r"\\symbackname\{\\detokenize\{(\w+)\}\}")
_CALLED: Final = {
    **{name: rf"\{name}" for name in ("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "log": r"\ln",
    "atan": r"\arctan",
    "maximum": r"\max",
    "minimum": r"\min",
    "sigmoid": r"\sigma",
    "normal_cdf": r"\mathrm{\Phi}",
    "normal_pdf": r"\varphi",
    **{name: rf"\operatorname{{{name}}}" for name in ("expm1", "log1p", "sign", "erf")},
    "asinh": r"\operatorname{arsinh}",
}
_ELIDED: Final = r"+ \cdots +"
_SUMMED: Final = "i"
_SUM: Final = re.compile(r"\\sum_\{i = 0\}\^\{\w+ - 1\} ")
_DELTA: Final = latex(Script(Letters("δ"), sub=row(Index(_SUMMED), Index(ENTRY))))
_DELTA_NAME: Final = "Kronecker delta"
_LAYOUT: Final = re.compile(r"\\Big[lr](?=[()\[\]])|\\qquad|\\quad")


class ReadbackCheck:
    """Reads the printed steps of a derivation.

    Args:
        backward: The derivation.
        printed: What `to_latex()` printed.
    """

    def __init__(self, backward: Backward, printed: str) -> None:
        import sympy

        self._sp = sympy
        self._backward = backward
        self._lines = printed_lines(printed)
        looks = Looks(backward)
        self._looks = lru_cache(maxsize=None)(lambda node: latex(looks.tree(node)))
        named = {str(node.name): node for node in backward.order if node.name is not None}
        names = {latex(looks.tree(node)): name for name, node in named.items()}
        names[latex(looks.gradient(backward.output))] = backward.seed.name
        for name, node in named.items():
            if node.shape:
                names[latex(reindex(looks.tree(node), ENTRY, _SUMMED))] = name
        names[_DELTA] = _DELTA_NAME
        self._reader = LatexReader(names, _functions(backward.order))

    def check(self, step: Step) -> Finding:
        """Read every side of a step's equation, and compare it with the step's expression."""
        line = self._line(step)
        if not line:
            return Finding(Status.FAILED, "is not printed")
        if _ELIDED in line:
            return self._check_ends(step, line)
        try:
            left, *sides = map(self._read, split_equation(line)[::2])
        except ReadingError as error:
            return Finding(Status.OPEN, f"cannot be read back: {error}")
        if left != self._sp.Symbol(step.name):
            return Finding(Status.FAILED, f"is printed as {left}")
        # The upstream is printed by its meaning, which is read as its name.
        expected = left if step.kind is StepKind.SEED else self._expected(step)
        for side in sides:
            if not self._same(side, expected):
                return Finding(Status.FAILED, f"{side} was read where {expected} was meant")
        return Finding(Status.PASSED, f"{len(sides)} side(s) read back")

    def alike(self, first: Step, other: Step, nodes: Sequence[Node], others: Sequence[Node]) -> bool:
        """Say whether the line of one step is that of another with the names exchanged.

        Args:
            first: A step whose line was read.
            other: A step of the same form.
            nodes: The quantities in the line of the first.
            others: Those in the line of the other, in the same order.
        """
        exchanged = {
            self._looks(mine): self._looks(theirs)
            for mine, theirs in zip(nodes, others, strict=True)
            if mine is not theirs
        }
        if not exchanged:
            return True
        longest_first = "|".join(map(re.escape, sorted(exchanged, key=len, reverse=True)))
        line = re.sub(longest_first, lambda match: exchanged[match[0]], self._line(first))
        return line.split() == self._line(other).split()

    def _line(self, step: Step) -> str:
        return self._lines.get(in_ascii(step.name), "")

    def _check_ends(self, step: Step, line: str) -> Finding:
        """Read the first and the last terms of a long sum, whose middle is not printed."""
        try:
            left, *sides = split_equation(line)[::2]
            read = [
                self._read(left),
                *(self._reader.read(end) for side in sides for end in side.split(_ELIDED)),
            ]
        except ReadingError as error:
            return Finding(Status.OPEN, f"cannot be read back: {error}")
        names = [self._sp.Symbol(part.name) for part in step.parts]
        ends = [self._sp.Add(*names[:FIRST_TERMS]), self._sp.Add(*names[-LAST_TERMS:])]
        if read != [self._sp.Symbol(step.name), *ends]:
            return Finding(Status.FAILED, f"{read} was read where {ends} was meant")
        middle = len(names) - FIRST_TERMS - LAST_TERMS
        return Finding(
            Status.PASSED, f"first and last terms read back; {middle} in the middle are not printed"
        )

    def _read(self, side: str) -> Any:
        """Read a side; of a sum with a δ in it, the summand with the δ used up."""
        summand = _SUM.sub("", side.strip())
        expression = self._reader.read(summand)
        if summand == side.strip():
            return expression
        delta = self._sp.Symbol(_DELTA_NAME)
        rest = expression.subs(delta, 1)
        if self._sp.expand(expression - rest * delta) != 0:
            raise ReadingError(
                f"column 1: a sum of {summand} has no δ that would collapse it; it stays a sum"
            )
        return rest

    def _expected(self, step: Step) -> Any:
        """Return a step's right-hand side in names, its functions as they are printed."""
        names = {node: self._sp.Symbol(node.name) for node in named_inputs(step.node)}
        return to_sympy(step.node, names, apply=_by_form)

    def _same(self, side: Any, expected: Any) -> bool:
        """Compare two expressions in names; names of steps are opened until they are equal."""
        for _ in range(MOST_FACTORS + 1):
            difference = _plain(self._sp, side) - _plain(self._sp, expected)
            if difference == 0:
                return True
            opened = self._opened(side), self._opened(expected)
            if opened == (side, expected):
                break
            side, expected = opened
        # All functions stand for themselves: what is not the same by arithmetic is not the same.
        return vanishes(self._sp, _real(self._sp, difference)) is True

    def _opened(self, expression: Any) -> Any:
        """Replace the names of local factors and chained values by what they stand for."""
        known = self._backward.step_table
        parts = {
            symbol: self._expected(known[symbol.name])
            for symbol in expression.free_symbols
            if symbol.name in known and known[symbol.name].kind in (StepKind.LOCAL, StepKind.CHAIN)
        }
        return expression.xreplace(parts)


def printed_lines(printed: str) -> dict[str, str]:
    r"""Return the equation of each name in a LaTeX document, without alignment.

    >>> printed_lines(r"\subsection*{Backward pass}" + "\n" + r"x & = 1 \symbackname{\detokenize{dx}}")
    {'dx': ' x  = 1 '}
    """
    body = printed.partition(r"\subsection*{Backward pass}")[2].partition(r"\subsection*")[0]
    lines: dict[str, str] = {}
    name = ""
    for line in re.split(r" \\\\\*?\n|\n", body):
        if line.startswith((r"\begin{align", r"\end{align")):
            continue
        tag = _TAG.search(line)
        if tag:
            name = tag.group(1)
            lines[name] = ""
        if name:
            # The first & of a row aligns it; others belong to cases.
            lines[name] += " " + _LAYOUT.sub(" ", _TAG.sub("", line.replace("&", "", 1)))
    return lines


def _functions(nodes: Iterable[Node]) -> dict[str, Callable[..., Any]]:
    """Return, for each function that may be printed, what builds its expression.

    What a function is called on paper is stated here once more, apart from how it is printed.
    """
    import sympy

    found: dict[str, Callable[..., Any]] = {}
    for node in nodes:
        op = node.op
        if op is None or not isinstance(op.form, Function):
            continue
        head = _CALLED.get(op.name) or rf"\operatorname{{{op.label}}}"
        usual = tuple(parameter.default for parameter in op.parameters)
        if node.parameters != usual:
            head += "_{" + ",".join(latex(written_number(value).tree) for value in node.parameters) + "}"
        found[head] = _function(sympy, op, node.parameters)
    return found


def _function(sp: Any, op: Op, parameters: tuple[Any, ...]) -> Callable[..., Any]:
    """Return a function of its own for an op: what is read is compared by its form alone."""
    return sp.Function("_".join([op.name, *map(str, parameters)]))  # type: ignore[no-any-return]


def _by_form(sp: Any, op: Op, arguments: list[Any], parameters: tuple[Any, ...]) -> Any:
    """Apply an op as it is printed: a function stays one, bars are an absolute value."""
    if isinstance(op.form, Function):
        return _function(sp, op, parameters)(*arguments)
    return sp.Abs(*arguments) if isinstance(op.form, Bars) else op.forward(sp, *arguments, *parameters)


def _plain(sp: Any, expression: Any) -> Any:
    """Let SymPy evaluate what was built without evaluation."""
    if not isinstance(expression, sp.Basic):
        return sp.Integer(expression)
    return expression.doit().replace(sp.Piecewise, lambda *rows: _flat(sp, rows))


def _flat(sp: Any, rows: tuple[Any, ...]) -> Any:
    """Write cases within the last of some cases as one list, as they are printed."""
    *first, (last, condition) = rows
    if condition == True and isinstance(last, sp.Piecewise):  # noqa: E712 - SymPy's own true
        return sp.Piecewise(*first, *last.args)
    return sp.Piecewise(*rows)


def _real(sp: Any, expression: Any) -> Any:
    """Take all names for real quantities, which they are."""
    return expression.xreplace({s: sp.Symbol(s.name, real=True) for s in expression.free_symbols})
