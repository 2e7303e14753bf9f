"""Floor 6: the public derivation and evaluation, one-line methods over the functions below."""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING, Any

from symback.core.errors import InputError
from symback.core.graph import Graph
from symback.derivation.backward import Backward
from symback.derivation.naming import SourceNames
from symback.evaluation.jacobian import jacobian
from symback.evaluation.update import Update, updated
from symback.evaluation.values import Values
from symback.models.neuron import Neuron
from symback.ops.expression import Expression
from symback.reading.model import Model
from symback.rendering.document import Document, Numbers, document
from symback.rendering.json import to_json
from symback.rendering.latex import to_latex
from symback.rendering.markdown import to_markdown
from symback.rendering.text import to_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symback.derivation.detail import Detail
    from symback.verification.report import Report


class Derivation(Backward):
    """The backward pass of a model, derived step by step: dL/dx = Σ dL/dc · dc/dx.

    Indexing by a name gives a step or a forward equation.

    >>> import symback as sb
    >>> d = sb.derive(sb.Neuron(1))
    >>> d["drelu_dx0"].expr
    dmul_dx0*drelu_dxw0
    """

    model: Neuron | None = None
    """The neuron, if its number of inputs is a symbol."""

    values: Mapping[str, Any] = {}
    """Values that the text of the forward pass gives; numbers that are put in take their place."""

    entries: Mapping[str, Any] = {}
    """Of a derivation that was written out, the names of the entries of each array and each gradient."""

    def __reduce__(self) -> tuple[object, ...]:
        return (
            *super().__reduce__(),
            {"model": self.model, "values": self.values, "entries": self.entries},
        )

    def at(self, n: int) -> Derivation:
        """Return the derivation for a number of inputs, of a neuron whose number is a symbol.

        Raises:
            InputError: The number of inputs is no symbol.

        >>> import symback as sb
        >>> sb.derive(sb.Neuron("n")).at(n=3)["drelu_dw2"].expr
        dmul_dw2*drelu_dxw2
        """
        if self.model is None:
            raise InputError("at(n) is for the derivation of a neuron made by Neuron('n')")
        return derive(self.model.at(n), kink=self.kink)

    def expand(self, *, values: Mapping[str, Any] | None = None, **sizes: int) -> Derivation:
        """Write the derivation out entry by entry: every entry of every array is a scalar with a name.

        The result is a derivation as any other. It takes values by the names of the arrays; its
        `entries` say what the entries of each array and of each gradient are called.

        Args:
            values: Integers for inputs that say where to look something up.
            sizes: What the symbols in shapes stand for.

        Raises:
            InputError: A size or an index is missing or cannot be used.
            UnknownNameError: A size or an index is given that there is not.
            LimitError: There would be too many scalars.

        >>> import symback as sb
        >>> d = sb.derive(sb.model("L = np.sum(X @ w)", shapes={"X": "N 2", "w": "2"})).expand(N=1)
        >>> d.entries["dw"], d["dw1"].expr
        (['dw0', 'dw1'], dL*dL_dw1)
        """
        if self.model is not None and set(sizes) == {self.model.n} and not values:
            return self.at(sizes[str(self.model.n)])
        if not (self.has_arrays or sizes or values):
            return self
        from symback.evaluation.expansion import expanded

        made, entries = expanded(self, sizes, values, self.values, self._arguments[-1])
        made.entries = entries
        made.values = {name: value for name, value in self.values.items() if name in made.entries}
        return made

    def evaluate(
        self, given: Mapping[str, Any] | None = None, *, upstream: Any = None, **named: Any
    ) -> Evaluation:
        """Put numbers in, and compute every step.

        Args:
            given: Values by name; names and groups of names may also be given as keywords.
            upstream: The upstream gradient, 1 unless given.
            named: Values by name.

        Raises:
            InputError: A value cannot be used, or one is missing.
            UnknownNameError: A name belongs to nothing in the derivation.
            DomainError: A step is undefined at this point.
            KinkError: The point lies on a kink, and the kink policy is to refuse.
        """
        together = {**self.values, **_together(given, named)}
        if self.model is not None:
            return self.at(_length(together)).evaluate(together, upstream=upstream)
        return Evaluation(self, together, upstream)

    def verify(self, *, seed: int = 0, rigorous: bool = False) -> Report:
        """Judge every step: mathematics, numbers, and print read back.

        Args:
            seed: Which points are drawn.
            rigorous: Whether to enclose every gradient in balls of rigorous arithmetic, too; this
                needs the extra `rigorous`.
        """
        from symback.verification.generic import verify_generic
        from symback.verification.verify import verify

        if self.model is None:
            return verify(self, seed=seed, rigorous=rigorous)
        return verify_generic(self, self.at, seed=seed)

    def document(self) -> Document:
        """Return the derivation as a document for any writer."""
        return document(self)

    def to_latex(self, *, standalone: bool = False) -> str:
        """Write LaTeX: a fragment that needs amsmath and xcolor, or a whole file."""
        return to_latex(self.document(), standalone=standalone)

    def to_text(self, *, full: bool = False) -> str:
        """Write text for a terminal; the middle of a long derivation is left out unless `full`."""
        return to_text(self.document(), full=full)

    def to_markdown(self) -> str:
        """Write Markdown with formulas that GitHub renders."""
        return to_markdown(self.document())

    def to_json(self) -> str:
        """Write JSON of the schema symback.derivation/1."""
        return to_json(self)


class Evaluation(Values):
    """A derivation with numbers put in; indexing by a name gives a value.

    >>> import symback as sb
    >>> e = sb.derive(sb.Neuron(3)).evaluate(x=[1, -2, 3], w=[-3, -1, 2], b=1)
    >>> e["drelu_dw1"], e.gradients["b"]
    (-2, 1)
    """

    def jacobian(self, name: str) -> Any:
        """Return all derivatives of the output by a quantity: the output's axes, then the quantity's."""
        return jacobian(self, name)

    def update(self, learning_rate: Any) -> Update:
        """Take a step of gradient descent: p ← p − η · dp for every parameter."""
        return updated(self, learning_rate)

    def verify(self, *, seed: int = 0, rigorous: bool = False) -> Report:
        """Judge every step, the numbers at this point; `rigorous` encloses every gradient in balls."""
        from symback.verification.verify import verify

        given = self.inputs
        upstream = given.pop(self.backward.seed.name)
        return verify(self.backward, seed=seed, at=given, upstream=upstream, rigorous=rigorous)

    def numbers(self, learning_rate: Any = None) -> Numbers:
        """Return what a document needs to know of the numbers."""
        return Numbers(self, self.notes, None if learning_rate is None else self.update(learning_rate))

    def document(self, learning_rate: Any = None) -> Document:
        """Return the derivation with its numbers as a document for any writer."""
        return document(self.backward, self.numbers(learning_rate))

    def to_latex(self, *, standalone: bool = False, learning_rate: Any = None) -> str:
        """Write LaTeX with numbers put in, and the update step if there is a learning rate."""
        return to_latex(self.document(learning_rate), standalone=standalone)

    def to_text(self, *, full: bool = False, learning_rate: Any = None) -> str:
        """Write text for a terminal with numbers put in."""
        return to_text(self.document(learning_rate), full=full)

    def to_markdown(self, *, learning_rate: Any = None) -> str:
        """Write Markdown with numbers put in."""
        return to_markdown(self.document(learning_rate))

    def to_json(self, *, learning_rate: Any = None) -> str:
        """Write JSON of the schema symback.derivation/1 with numbers put in."""
        return to_json(self.backward, self.numbers(learning_rate))

    def __repr__(self) -> str:
        return f"<Evaluation of {self.backward.output.name} = {self[str(self.backward.output.name)]}>"


def derive(
    model: Neuron | Expression | Model,
    wrt: Sequence[str | Expression] | None = None,
    *,
    detail: Detail = "named",
    kink: Any = None,
    distributions: Sequence[str] = (),
) -> Derivation:
    """Derive the backward pass of a model: every local factor, every chained value.

    Args:
        model: A neuron, an expression of symbols and arrays, or a forward pass that was read.
        wrt: What to differentiate by; all inputs and parameters unless given.
        detail: "named" composes the factors between the names that the author wrote; "atomic"
            shows every op.
        kink: What to take for a derivative where it does not exist: None for each op's own
            convention, s in [0, 1] for (1 − s) · left + s · right, "error" to refuse such points.
        distributions: Names of arrays that sum to 1 along their last axis, such as one-hot targets:
            the short forms use it, and numbers that break it are refused.

    Raises:
        InputError: An argument cannot be used.
        UnknownNameError: Something in `wrt` is unknown.
        NameClashError: A step would be called like something that exists.

    >>> import symback as sb
    >>> x, w, b = sb.symbols("x w b")
    >>> derive(sb.relu(x * w + b)).gradient("b")
    dy*Piecewise((1, b + w*x > 0), (0, True))
    """
    if isinstance(model, Neuron):
        labels = model.labels
        naming = SourceNames(labels, str(model.output.name)) if labels else None
        derivation = Derivation(model.graph, wrt, detail, kink, naming, model.groups, model.title)
        derivation.model = model if isinstance(model.n, str) else None
        return derivation
    if isinstance(model, Model):
        derivation = Derivation(
            model.graph, wrt, detail, kink, title=model.title, distributions=distributions, notes=model.notes
        )
        derivation.values = model.values
        return derivation
    if isinstance(model, Expression):
        return Derivation(Graph([model.node]), wrt, detail, kink, distributions=distributions)
    raise InputError(
        f"model = {model!r}: expected a Neuron, an expression or a Model, got {type(model).__name__}"
    )


def _together(given: Mapping[str, Any] | None, named: dict[str, Any]) -> dict[str, Any]:
    both = dict(given or {})
    for name, value in named.items():
        if name in both:
            raise InputError(f"{name} is given twice; give it once")
        both[name] = value
    return both


def _length(given: Mapping[str, Any]) -> int:
    """Return the number of inputs that values are given for."""
    values = given.get("x")
    if not isinstance(values, Sized):
        raise InputError("the number of inputs is a symbol: give x as a list, which says how many there are")
    return len(values)
