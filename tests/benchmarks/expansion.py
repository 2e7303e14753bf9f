"""A 16-32-32-10 network written out in scalars, derived and printed; beside CasADi's SX.

Run it as `python tests/benchmarks/expansion.py`, with casadi installed for the comparison. CPU time,
the best of several runs in one process. CasADi builds the loss, takes its gradient and writes that as
one text, its shared parts once; with matrices, and number by number as one writes neurons. symback
writes every equation, every local factor and every chained value as LaTeX.
"""

# ruff: noqa: T201 - a script that prints

from __future__ import annotations

import gc
import sys
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import symback as sb

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTHS = (16, 32, 32, 10)
RUNS = 9
AIM, MOST_GROWTH = 0.5, 5.0
"""The aim in times of CasADi; and the growth with twice the widths, which is four times the scalars."""

TEXT = """
z1 = X @ W1 + b1
h1 = np.maximum(z1, 0)
z2 = h1 @ W2 + b2
h2 = np.maximum(z2, 0)
z3 = h2 @ W3 + b3
P = softmax(z3)
L = -np.sum(Y * np.log(P))
"""


def network(widths: tuple[int, ...]) -> Any:
    """Derive the network over arrays."""
    n, m, h, k = widths
    shapes: dict[str, Any] = {"X": (1, n), "W1": (n, m), "b1": (m,), "W2": (m, h), "b2": (h,)}
    return sb.derive(sb.model(TEXT, shapes={**shapes, "W3": (h, k), "b3": (k,), "Y": (1, k)}))


def with_matrices() -> str:
    """Build by products of matrices in CasADi."""
    import casadi as ca

    n, m, h, k = WIDTHS
    sizes = {"X": (1, n), "W1": (n, m), "b1": (1, m), "W2": (m, h), "b2": (1, h), "W3": (h, k), "b3": (1, k)}
    given = {name: ca.SX.sym(name, *size) for name, size in {**sizes, "Y": (1, k)}.items()}
    z = given["X"]
    for layer in (1, 2, 3):
        z = z @ given[f"W{layer}"] + given[f"b{layer}"]
        z = ca.fmax(z, 0) if layer < 3 else z
    powers = ca.exp(z)
    loss = -ca.sum2(given["Y"] * ca.log(powers / ca.sum2(powers)))
    return str(ca.gradient(loss, ca.veccat(*given.values())))


def number_by_number() -> str:
    """Build neuron by neuron in CasADi."""
    import casadi as ca

    inputs = [ca.SX.sym(f"X{i}") for i in range(WIDTHS[0])]
    given = list(inputs)
    values = inputs
    for layer, size in enumerate(WIDTHS[1:], 1):
        weights = [[ca.SX.sym(f"W{layer}_{i}_{j}") for j in range(size)] for i in range(len(values))]
        biases = [ca.SX.sym(f"b{layer}_{j}") for j in range(size)]
        given += [weight for row in weights for weight in row] + biases
        sums = []
        for j, bias in enumerate(biases):
            z = values[0] * weights[0][j]
            for value, row in zip(values[1:], weights[1:], strict=True):
                z = z + value * row[j]
            sums.append(z + bias)
        values = [ca.fmax(z, 0) for z in sums] if layer < 3 else sums
    powers = [ca.exp(z) for z in values]
    total = sum(powers[1:], powers[0])
    targets = [ca.SX.sym(f"Y{j}") for j in range(WIDTHS[-1])]
    loss = -sum(target * ca.log(power / total) for target, power in zip(targets, powers, strict=True))
    return str(ca.gradient(loss, ca.vertcat(*given, *targets)))


def best(compute: Callable[[], Any]) -> float:
    """Return the least CPU time of several runs, in milliseconds."""
    compute()
    seconds = []
    for _ in range(RUNS):
        gc.collect()
        start = time.process_time()
        compute()
        seconds.append(time.process_time() - start)
    return 1000 * min(seconds)


def main() -> None:
    """Print the times of symback and of CasADi, their ratios, and the growth with the widths."""
    arrays = network(WIDTHS)
    scalars = arrays.expand()
    whole = best(lambda: network(WIDTHS).expand().to_latex())
    writing_out = best(arrays.expand)
    steps, size = len(scalars.steps), len(scalars.to_latex())
    print(f"symback    {whole:7.1f} ms: {writing_out:.1f} ms to write out and derive {steps} steps,")
    print(f"           {best(scalars.to_latex):.1f} ms to print {size / 1e6:.1f} MB of LaTeX")
    twice = network(tuple(2 * width for width in WIDTHS))
    growth = best(lambda: twice.expand().to_latex()) / best(lambda: arrays.expand().to_latex())
    print(f"twice the widths take {growth:.1f} times as long (at most {MOST_GROWTH})")
    missed = growth > MOST_GROWTH
    if find_spec("casadi") is None:
        print("casadi is not installed: nothing to compare with")
    else:
        for name, build in (("matrices", with_matrices), ("numbers", number_by_number)):
            peer = best(build)
            size = len(build())
            print(f"CasADi, {name}: {peer:.1f} ms for {size / 1e6:.2f} MB of text; symback takes ", end="")
            print(f"{whole / peer:.2f} times as long (aim: {AIM})")
            missed = missed or whole / peer > AIM
    sys.exit(missed)


if __name__ == "__main__":
    main()
