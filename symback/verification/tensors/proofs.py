"""The first check of a step over arrays: written out at small sizes, it is SymPy's derivative."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from symback.core.errors import SymbackError
from symback.core.shapes import count
from symback.derivation.steps import Step, StepKind
from symback.evaluation.boxes import as_objects, boxed
from symback.ops.multilinear import EINSUM, INNER, JACOBIAN
from symback.verification.report import Finding, Status
from symback.verification.tensors.deciding import Equality, equality
from symback.verification.tensors.drawing import GRID, index_bounds
from symback.verification.tensors.expansion import Expansion
from symback.verification.tensors.local import Local, shape_of
from symback.verification.tensors.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symback.core.node import Node
    from symback.derivation.backward import Backward

LARGEST: Final = 200_000
"""Of more pairs of an entry of the consumer and one of the quantity, a local factor is not written out."""

LARGEST_ARRAY: Final = 700
"""Arrays of more entries than this are not written out."""

LONGEST: Final = 20.0
"""Seconds after which a step that is not proved yet is left open."""

_POINTS: Final = 4
_AGREE: Final = (
    "agrees with SymPy's derivative at random points, to 30 digits; the identity is too long to prove"
)


class ProofCheck:
    """Proves steps over arrays.

    Args:
        backward: The derivation.
        seed: What points are drawn with.

    Attributes:
        proofs: What was found, for each form of step; steps of one form differ in names only.
    """

    def __init__(self, backward: Backward, seed: int) -> None:
        self._backward = backward
        self._seed = seed
        self.proofs: dict[object, Finding] = {}
        self._paths = Paths(backward)
        self._chains = {
            step.parts[1]: step
            for step in backward.steps
            if step.kind is StepKind.CHAIN and len(step.parts) > 1
        }

    def check(self, step: Step) -> Finding:  # noqa: PLR0911 - one line for each kind of step
        """Compare a step with what calculus gives."""
        if step.kind is StepKind.SEED:
            return Finding(Status.PASSED, "by definition: it is the gradient of the output")
        if step.kind is StepKind.ACCUMULATE:
            return self._paths.accumulated(step)
        if step.kind is StepKind.LOCAL and step.node.op is JACOBIAN:
            return self._through_its_chain(step)
        if step.kind is StepKind.CHAIN:
            wrong = self._paths.misplaced(step)
            if wrong is not None:
                return wrong
        try:
            local = Local(step)
        except (SymbackError, ArithmeticError, LookupError, ValueError, TypeError) as error:
            return Finding(Status.OPEN, f"the step could not be written at small sizes: {error}")
        if local.key not in self.proofs:
            try:
                self.proofs[local.key] = self._proved(local, step)
            except _OtherFormError:
                return self._through_its_chain(step, "not one array of derivatives")
        return self.proofs[local.key]

    def _through_its_chain(self, step: Step, what: str = "written with indices and never stored") -> Finding:
        chain = self._chains.get(step)
        if chain is None:
            return Finding(Status.OPEN, "no step multiplies by it")
        found = self.check(chain)
        return Finding(found.status, f"{what}, judged by {chain.name}: {found.how}")

    def _proved(self, local: Local, step: Step) -> Finding:
        largest = max(count(shape_of(node)) for node in local.nodes)
        if largest > LARGEST_ARRAY or (step.kind is StepKind.LOCAL and local.largest > LARGEST):
            return Finding(
                Status.OPEN,
                f"its sizes are tied to arrays of {largest} entries; it was judged by numbers only",
            )
        try:
            return _Proof(local, step, self._seed).run()
        except _WrongShapeError as error:
            return Finding(Status.FAILED, str(error))
        except (SymbackError, ArithmeticError, LookupError, ValueError, TypeError) as error:
            return Finding(Status.OPEN, f"the step could not be written out: {error}")


class _WrongShapeError(Exception):
    """A gradient has not the shape of what it belongs to."""


class _OtherFormError(Exception):
    """A local factor is not one array of derivatives; its chain says what it is."""


class _Proof:
    """Writes one step out at some points, and compares."""

    def __init__(self, local: Local, step: Step, seed: int) -> None:
        import sympy

        self._sp = sympy
        self._local = local
        self._step = step
        self._rng = np.random.default_rng(seed)
        self._entries = 0

    def run(self) -> Finding:
        """Compare at points on different branches."""
        end = time.monotonic() + LONGEST
        seen: set[tuple[int, ...]] = set()
        weakest = Equality.PROVED
        for _ in range(_POINTS):
            values = self._local.point(self._rng)
            if values is None:
                break
            expansion = Expansion(self._sp, values)
            made, slope, symbols = self._written(expansion, values)
            branch = tuple(expansion.branches)
            if branch in seen:
                break
            seen.add(branch)
            for truth, derived, where in self._pairs(made, slope):
                found = equality(self._sp, truth, derived, symbols)
                if found is Equality.DIFFERS:
                    name = self._step.name + (f"[{', '.join(map(str, where))}]" if where else "")
                    return Finding(
                        Status.FAILED, f"{name} is {_short(derived)}, SymPy's derivative {_short(truth)}"
                    )
                weakest = max(weakest, found, key=lambda one: one.value)
                if time.monotonic() > end:
                    return Finding(
                        Status.OPEN, f"{self._entries} entries agree, then {LONGEST:g} seconds were over"
                    )
                self._entries += 1
            if not branch:
                break
        if not seen:
            return Finding(Status.OPEN, "no point inside all domains was found")
        if weakest is Equality.AGREES:
            return Finding(Status.OPEN, _AGREE)
        sizes = " and ".join(str(self._local_shape(node)) for node in (self._local.consumer, self._local.of))
        cases = f", on {len(seen)} branches" if len(seen) > 1 else ""
        return Finding(
            Status.PASSED,
            f"equals SymPy's derivative in {self._entries} entries, written out for {sizes}{cases}",
        )

    @staticmethod
    def _local_shape(node: Node) -> str:
        return " × ".join(map(str, node.shape)) or "a number"

    def _written(
        self, expansion: Expansion, values: dict[Node, Any]
    ) -> tuple[dict[Node, Any], Any, dict[Any, Any]]:
        """Write the step out; return all expressions, the consumer's slopes, and the symbols' numbers."""
        local, sp = self._local, self._sp
        made, symbols = self._symbols(values)
        # The consumer where only one occurrence of the quantity moves.
        expansion.write(local.nodes, made)
        shape = shape_of(local.of)
        moving = boxed([sp.Dummy(f"v{n}", real=True) for n in range(count(shape))], shape)
        below: Any = moving
        for node, position in reversed(local.path):
            arguments = [made[source] for source in node.inputs]
            arguments[position] = below
            below = expansion.apply(node, arguments)
        back = dict(zip(moving.reshape(-1), made[local.of].reshape(-1), strict=True))
        return made, _Slopes(sp, below, moving, back), symbols

    def _symbols(self, values: dict[Node, Any]) -> tuple[dict[Node, Any], dict[Any, Any]]:
        sp, local = self._sp, self._local
        places = index_bounds(local.nodes, local.shapes)
        made: dict[Node, Any] = {}
        numbers: dict[Any, Any] = {}
        for number, node in enumerate(local.border):
            at = np.asarray(values[node])
            if node in places:
                made[node] = as_objects(at)
                continue
            entries = []
            for place, value in zip(np.ndindex(*shape_of(node)), at.reshape(-1), strict=True):
                name = f"{node.name or number}" + (f"[{','.join(map(str, place))}]" if place else "")
                symbol = sp.Symbol(name, real=True)
                numbers[symbol] = sp.Rational(round(float(value) * 2 * GRID), 2 * GRID)
                entries.append(symbol)
            made[node] = boxed(entries, shape_of(node))
        return made, numbers

    def _pairs(self, made: Mapping[Node, Any], slope: _Slopes) -> Any:  # noqa: C901 - a case for each form
        """Yield what calculus gives, what was derived, and where, entry by entry."""
        local = self._local
        derived = made[local.step]
        if self._step.kind is StepKind.CHAIN:
            assert local.upstream is not None  # noqa: S101 - a chain has one
            if derived.shape != local.of.shape:
                raise _WrongShapeError(f"its shape is {derived.shape} and not {local.of.shape}")
            for place in np.ndindex(*shape_of(local.of)):
                yield slope.weighted(made[local.upstream], place), derived[place], place
            return
        node, position = local.path[0]
        if all(part.op is not None and part.op.entrywise for part, _ in local.path):
            wide = np.broadcast_to(derived, shape_of(local.consumer))
            for place in np.ndindex(*shape_of(local.consumer)):
                yield slope.of(place, place), wide[place], place
        elif not local.consumer.shape and derived.shape == local.of.shape:
            for place in np.ndindex(*shape_of(local.of)):
                yield slope.of((), place), derived[place], place
        elif len(local.path) == 1 and node.op in (EINSUM, INNER):
            for place in np.ndindex(*shape_of(local.of)):
                for top in np.ndindex(*shape_of(local.consumer)):
                    found = _coefficient(self._sp, node, position, derived, top, place)
                    yield slope.of(top, place), found, (*top, *place)
        else:
            raise _OtherFormError


class _Slopes:
    """Derivatives of the consumer's entries by those of the quantity."""

    def __init__(self, sp: Any, tops: Any, moving: Any, back: dict[Any, Any]) -> None:
        self._sp, self._tops, self._moving, self._back = sp, tops, moving, back
        self._depends: dict[Any, dict[tuple[int, ...], None]] = {}
        for top in np.ndindex(*tops.shape):
            for symbol in tops[top].free_symbols:
                if symbol in back:
                    self._depends.setdefault(symbol, {})[top] = None

    def of(self, top: tuple[int, ...], place: tuple[int, ...]) -> Any:
        """Return the derivative of one entry of the consumer by one of the quantity."""
        variable = self._moving[place]
        if top not in self._depends.get(variable, ()):
            return self._sp.Integer(0)
        return self._sp.diff(self._tops[top], variable).xreplace(self._back)

    def weighted(self, upstream: Any, place: tuple[int, ...]) -> Any:
        """Return Σ upstream · ∂consumer/∂entry over all entries of the consumer."""
        variable = self._moving[place]
        tops = self._depends.get(variable, ())
        terms = [upstream[top] * self._sp.diff(self._tops[top], variable) for top in tops]
        return self._sp.Add(*terms).xreplace(self._back)


def _coefficient(  # noqa: PLR0913 - an entry of a Jacobian
    sp: Any, node: Node, position: int, factor: Any, top: tuple[int, ...], place: tuple[int, ...]
) -> Any:
    """Return an entry of a product's Jacobian, given the operand that stands beside the one that moves."""
    pattern = "i,i->" if node.op is INNER else str(node.parameters[0])
    operands, _, result = pattern.partition("->")
    terms = operands.split(",")
    fixed: dict[str, int] = {}
    for letter, index in [*zip(result, top, strict=True), *zip(terms[position], place, strict=True)]:
        if fixed.setdefault(letter, index) != index:
            return sp.Integer(0)
    others = [term for n, term in enumerate(terms) if n != position]
    if not others:
        return factor[()]
    if len(others) > 1:
        raise _OtherFormError
    free = [letter for letter in dict.fromkeys(others[0]) if letter not in fixed]
    sizes = dict(zip(others[0], factor.shape, strict=True))
    total = sp.Integer(0)
    for chosen in np.ndindex(*(sizes[letter] for letter in free)):
        at = fixed | dict(zip(free, chosen, strict=True))
        total += factor[tuple(at[letter] for letter in others[0])]
    return total


def _short(expression: Any) -> str:
    text = str(expression)
    return text if len(text) <= 60 else text[:57] + "…"  # noqa: PLR2004 - one line of a report
