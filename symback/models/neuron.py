"""The neuron: products of inputs and weights, their sum with a bias, an activation."""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING, Final

from symback.core.errors import InputError, LimitError, NameClashError
from symback.core.graph import Graph
from symback.core.names import checked_name
from symback.core.node import Node, Role
from symback.ops.arithmetic import ADD, MUL
from symback.ops.expression import Expression
from symback.ops.multilinear import INNER
from symback.ops.table import activation_named

if TYPE_CHECKING:
    from collections.abc import Sequence

_LETTERS: Final = frozenset("xwbzyik")

LARGEST: Final = 100_000
"""A neuron may have this many inputs."""


class Neuron:
    """y = activation(x₀·w₀ + … + x₍ₙ₋₁₎·w₍ₙ₋₁₎ + b).

    All quantities are scalars. The graph has n products, one sum of n + 1 terms and one activation,
    all of them named: `xw0` …, `z`, `y`.

    Args:
        n: How many inputs; may be left out if inputs or weights are given. A letter stands for any
            number: the derivation is then in index form, z = Σ_i x_i·w_i + b.
        activation: The name of an op of one argument, with parameters if it takes any:
            "relu", "leaky_relu(0.2)".
        inputs: Names of the inputs; or expressions and neurons whose results come in.
        weights: Names of the weights.
        bias: Name of the bias.
        name: Name of the output. With it, the names of what the neuron makes end in it (`w0_h`,
            `z_h`), so that several neurons can stand in one graph.

    Raises:
        InputError: The numbers of inputs and weights differ, or there are none.
        NamingError: A name cannot be used, or is used twice.
        UnknownNameError: There is no such activation.
        LimitError: There are more inputs than a neuron may have.

    Source: Rosenblatt, The Perceptron (1958), with today's choice of activations.

    >>> Neuron(3)
    ReLU(sum(mul(x0, w0), mul(x1, w1), mul(x2, w2), b))
    """

    def __init__(  # noqa: PLR0913 - all but the first have defaults and are given by name
        self,
        n: int | str | None = None,
        *,
        activation: str = "relu",
        inputs: Sequence[str | Expression | Neuron] | None = None,
        weights: Sequence[str] | None = None,
        bias: str = "b",
        name: str | None = None,
    ) -> None:
        suffix = "" if name is None else f"_{checked_name(name, 'the neuron')}"
        self.op, self.parameters = activation_named(activation)
        self.bias = _leaves([checked_name(bias, "bias") + suffix], "bias", Role.PARAMETER)[0]
        self._again = {"activation": activation, "bias": bias, "name": name}
        self.n: int | str
        self.inputs: tuple[Node, ...]
        self.weights: tuple[Node, ...]
        self.products: tuple[Node, ...]
        if isinstance(n, str):
            self.n = _size_name(n, inputs, weights)
            self.inputs = (Node(None, name=f"x{suffix}", role=Role.INPUT, shape=(self.n,)),)
            self.weights = (Node(None, name=f"w{suffix}", role=Role.PARAMETER, shape=(self.n,)),)
            self.products = (Node(INNER, (*self.inputs, *self.weights), (self.n,)),)
        else:
            self.n = count = _size(n, inputs, weights)
            self.inputs = _sources(inputs) if inputs else _numbered("x", suffix, count, Role.INPUT)
            self.weights = (
                _leaves(weights, "weight", Role.PARAMETER)
                if weights
                else _numbered("w", suffix, count, Role.PARAMETER)
            )
            self.products = tuple(
                Node(MUL, (x, w), (), f"xw{i}{suffix}")
                for i, (x, w) in enumerate(zip(self.inputs, self.weights, strict=True))
            )
        _refuse_repeats([str(node.name) for node in (*self.weights, self.bias)], "parameter")
        self.pre_activation = Node(ADD, (*self.products, self.bias), (), f"z{suffix}")
        self.output = Node(self.op, (self.pre_activation,), self.parameters, name or "y")
        self.graph = Graph([self.output])

    def at(self, n: int) -> Neuron:
        """Return the neuron of a number of inputs, for one whose number is a symbol.

        Raises:
            InputError: The number of inputs is not a symbol.

        >>> Neuron("n").at(2)
        ReLU(sum(mul(x0, w0), mul(x1, w1), b))
        """
        if not isinstance(self.n, str):
            raise InputError(f"the neuron has {self.n} inputs already; at(n) is for one made by Neuron('n')")
        return Neuron(n, **self._again)  # type: ignore[arg-type]

    def __reduce__(self) -> tuple[object, ...] | str:
        return (_rebuilt, (self.n, self._again)) if isinstance(self.n, str) else super().__reduce__()

    @property
    def groups(self) -> dict[str, list[str] | str]:
        """The names of the inputs, of the weights, and of the bias, by the letters that stand for them."""
        inputs = [node.name for node in self.inputs if node.op is None and node.name]
        weights = [str(node.name) for node in self.weights]
        if isinstance(self.n, str):
            return {"x": inputs[0], "w": weights[0], "b": str(self.bias.name)}
        return {"x": inputs, "w": weights, "b": str(self.bias.name)}

    @property
    def expression(self) -> Expression:
        """The output, for further computation."""
        return Expression(self.output)

    @property
    def title(self) -> str | None:
        """What a document about the neuron is called; None if other neurons come in."""
        if any(node.op is not None for node in self.inputs):
            return None
        inputs = "1 input" if self.n == 1 else f"{self.n} inputs"
        return f"Backpropagation through one neuron: {self.op.label}, {inputs}"

    @property
    def labels(self) -> dict[str, str] | None:
        """What each op is called in step names; None where inputs come from other neurons."""
        if any(node.op is not None for node in self.inputs):
            return None
        labels = {node.name: "mul" for node in self.products if node.name}
        return {**labels, str(self.pre_activation.name): "sum", str(self.output.name): self.op.name}

    def __repr__(self) -> str:
        if isinstance(self.n, str):
            product = f"mul({self.inputs[0].name}_i, {self.weights[0].name}_i)"
            return f"{self.op.label}(sum(sum({product}), {self.bias.name}))"
        terms = [f"mul({x.name or '…'}, {w.name})" for x, w in zip(self.inputs, self.weights, strict=True)]
        if self.n > 8:  # noqa: PLR2004 - as in print, the middle of a long sum is left out
            terms[3:-1] = ["…"]
        return f"{self.op.label}(sum({', '.join(terms)}, {self.bias.name}))"


def _rebuilt(n: str, again: dict[str, str | None]) -> Neuron:
    return Neuron(n, **again)  # type: ignore[arg-type]


def _size(n: object, inputs: Sequence[object] | None, weights: Sequence[object] | None) -> int:
    for what, given in (("inputs", inputs), ("weights", weights)):
        if isinstance(given, str):
            raise InputError(f"{what} = {given!r}: expected a list of names, got one text")
        if given is not None and not isinstance(given, Sized):
            raise InputError(f"{what} = {given!r}: expected a list of names, got {type(given).__name__}")
    counts = {
        what: size
        for what, size in (
            ("n", n),
            ("inputs", None if inputs is None else len(inputs)),
            ("weights", None if weights is None else len(weights)),
        )
        if size is not None
    }
    if not counts:
        raise InputError("a neuron needs its number of inputs: Neuron(3), or lists of names")
    for what, size in counts.items():
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise InputError(f"{what} = {size!r}: a neuron has at least one input; expected an integer ≥ 1")
        if size > LARGEST:
            raise LimitError(f"{what} = {size}: a neuron written out has at most {LARGEST} inputs")
    if len(set(counts.values())) > 1:
        raise InputError(
            "the numbers differ: "
            + ", ".join(
                f"{what} = {size}" if what == "n" else f"{size} {what}" for what, size in counts.items()
            )
        )
    return int(next(iter(counts.values())))  # type: ignore[call-overload,no-any-return]


def _size_name(n: str, inputs: object, weights: object) -> str:
    """Check a symbol that stands for the number of inputs."""
    if inputs is not None or weights is not None:
        raise InputError("with a symbol for the number of inputs, these are x_0 … and w_0 …: give no lists")
    if len(n) != 1 or not (n.isascii() and n.isalpha()) or n in _LETTERS:
        taken = ", ".join(sorted(_LETTERS))
        raise InputError(f"n = {n!r}: expected an integer ≥ 1, or a letter other than {taken}")
    return n


def _sources(given: Sequence[str | Expression | Neuron]) -> tuple[Node, ...]:
    nodes: list[Node] = []
    for source in given:
        if isinstance(source, Neuron):
            nodes.append(source.output)
        elif isinstance(source, Expression):
            nodes.append(source.node)
        else:
            nodes += _leaves([source], "input", Role.INPUT)
    _refuse_repeats([node.name for node in nodes if node.name], "input")
    return tuple(nodes)


def _numbered(letter: str, suffix: str, n: int, role: Role) -> tuple[Node, ...]:
    return tuple([Node(None, (), (), f"{letter}{i}{suffix}", role) for i in range(n)])


def _leaves(names: Sequence[str], what: str, role: Role) -> tuple[Node, ...]:
    checked = [checked_name(name, what) for name in names]
    _refuse_repeats(checked, what)
    return tuple(Node(None, name=name, role=role) for name in checked)


def _refuse_repeats(names: list[str], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise NameClashError(f"two {what}s are named {name!r}; every name is used once")
        seen.add(name)
