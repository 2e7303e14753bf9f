"""A network of L layers over arrays: read, derived and printed; beside JAX, CasADi's MX and PyTorch.

Run it as `python tests/benchmarks/tensor_scale.py`. A layer is Z = A @ W + b, A = relu(Z); the loss
is the mean of squares. Every size is a symbol. Processor time, the best of several runs in one
process; the garbage collector is on, as it is for users, and has just collected before each run.

symback reads the text, derives every step and writes all of it as LaTeX. The others build the same
gradients with respect to all arrays, from concrete sizes, and write them in their own notation: JAX
as a jaxpr, CasADi as the text of a gradient, PyTorch as the code of a graph. Peers that are missing
are left out.
"""

# A script that prints; matrices are capital letters.
# ruff: noqa: T201, N803, N806

from __future__ import annotations

import gc
import itertools
import sys
import time
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

import symback as sb

if TYPE_CHECKING:
    from collections.abc import Callable

LAYERS = (2, 8, 32, 64, 128, 256)
JUDGED = 64
FEWEST_RUNS, SECONDS = 5, 1.0
ROWS, WIDTH, WIDE = 8, 16, 4096
MOST_GROWTH, MOST_OF_JAX, MOST_OF_WIDTH = 2.2, 0.25, 1.15
LARGEST_OF_PEERS = 128
"""Peers take seconds beyond."""


def text(layers: int) -> str:
    """Write the forward pass."""
    lines, before = [], "X"
    for n in range(1, layers + 1):
        lines += [f"Z{n} = {before} @ W{n} + b{n}", f"A{n} = relu(Z{n})"]
        before = f"A{n}"
    return "\n".join([*lines, f"L = mean(({before} - Y) ** 2)"])


def shapes(layers: int, rows: int | str = "N", width: int | str = "D") -> dict[str, Any]:
    """Return the shapes of all arrays."""
    weights = {f"W{n}": (width, width) for n in range(1, layers + 1)}
    biases = {f"b{n}": (width,) for n in range(1, layers + 1)}
    return {"X": (rows, width), "Y": (rows, width), **weights, **biases}


class Phases(NamedTuple):
    """Seconds for each part of the work."""

    read: float
    derive: float
    latex: float

    @property
    def derive_and_latex(self) -> float:
        """What the others' times are compared with."""
        return self.derive + self.latex


def with_symback(layers: int, **sizes: Any) -> Phases:
    """Read, derive and print once."""
    source, given = text(layers), shapes(layers, **sizes)
    marks = [time.process_time()]
    model = sb.model(source, shapes=given)
    marks.append(time.process_time())
    derivation = sb.derive(model)
    marks.append(time.process_time())
    derivation.to_latex()
    marks.append(time.process_time())
    return Phases(*(end - start for start, end in itertools.pairwise(marks)))


def with_jax(layers: int) -> tuple[float, float]:
    """Trace the gradient, and write it."""
    import jax
    import jax.numpy as jnp

    def loss(X: Any, Y: Any, weights: Any, biases: Any) -> Any:
        h = X
        for W, b in zip(weights, biases, strict=True):
            h = jax.nn.relu(h @ W + b)
        return jnp.mean((h - Y) ** 2)

    rows = jnp.ones((ROWS, WIDTH))
    given = rows, rows, [jnp.ones((WIDTH, WIDTH))] * layers, [jnp.ones(WIDTH)] * layers
    start = time.process_time()
    made = jax.make_jaxpr(jax.grad(loss, argnums=(0, 1, 2, 3)))(*given)
    middle = time.process_time()
    str(made)
    return middle - start, time.process_time() - middle


def with_casadi(layers: int) -> tuple[float, float]:
    """Build the forward pass of MX and its gradient, and write it."""
    import casadi as ca

    start = time.process_time()
    h, target = ca.MX.sym("X", ROWS, WIDTH), ca.MX.sym("Y", ROWS, WIDTH)
    given = [h, target]
    ones = ca.DM.ones(ROWS, 1)
    for n in range(1, layers + 1):
        W, b = ca.MX.sym(f"W{n}", WIDTH, WIDTH), ca.MX.sym(f"b{n}", 1, WIDTH)
        given += [W, b]
        h = ca.fmax(h @ W + ones @ b, 0)
    made = ca.gradient(ca.sumsqr(h - target) / (ROWS * WIDTH), ca.veccat(*given))
    middle = time.process_time()
    str(made)
    return middle - start, time.process_time() - middle


def with_torch(layers: int) -> tuple[float, float]:
    """Trace the gradient, and write its code."""
    import torch
    from torch.func import grad
    from torch.fx.experimental.proxy_tensor import make_fx

    def loss(X: Any, Y: Any, weights: Any, biases: Any) -> Any:
        h = X
        for W, b in zip(weights, biases, strict=True):
            h = torch.relu(h @ W + b)
        return ((h - Y) ** 2).mean()

    rows = torch.ones(ROWS, WIDTH)
    # One tensor in several places would be one input.
    weights, biases = ([torch.ones(size) for _ in range(layers)] for size in ((WIDTH, WIDTH), (WIDTH,)))
    start = time.process_time()
    made = make_fx(grad(loss, argnums=(0, 1, 2, 3)))(rows, rows.clone(), weights, biases)
    middle = time.process_time()
    str(made.code)
    return middle - start, time.process_time() - middle


PEERS: dict[str, tuple[str, Callable[[int], tuple[float, float]]]] = {
    "jax": ("make_jaxpr(grad)", with_jax),
    "casadi": ("MX gradient", with_casadi),
    "torch": ("make_fx(grad)", with_torch),
}


def best(measure: Callable[[], Any]) -> Any:
    """Return the least time of each part over several runs."""
    measure()
    found: list[Any] = []
    while len(found) < FEWEST_RUNS or sum(map(sum, found)) < SECONDS:
        gc.collect()
        found.append(measure())
    least = [min(parts) for parts in zip(*found, strict=True)]
    return Phases(*least) if isinstance(found[0], Phases) else tuple(least)


def in_turn(measures: list[Callable[[], Phases]]) -> list[float]:
    """Return the least total time of each of several measurements that are to be compared closely."""
    found: list[list[float]] = [[] for _ in measures]
    for _ in range(4 * FEWEST_RUNS):
        for measure, seconds in zip(measures, found, strict=True):
            gc.collect()
            seconds.append(sum(measure()))
    return [min(seconds) for seconds in found]


def report() -> bool:
    """Print the tables, and whether the aims are reached."""
    installed = [name for name in ("symback", *PEERS) if find_spec(name)]
    print(f"Python {sys.version.split()[0]}, " + ", ".join(f"{name} {version(name)}" for name in installed))
    own: dict[int, Phases] = {}
    print(f"\n{'L':>6}  symback (ms)   read   derive    LaTeX      all")
    for layers in LAYERS:
        own[layers] = best(lambda layers=layers: with_symback(layers))  # type: ignore[misc]
        shown = "".join(f"{1000 * seconds:9.2f}" for seconds in (*own[layers], sum(own[layers])))
        print(f"{layers:>6}  {'':<8}{shown}")
    print(f"\n{'L':>6}  {'peer':<26}{'build (ms)':>11}{'write':>9}  symback's derive and LaTeX of build")
    to_jax = None
    for name, (what, measure) in PEERS.items():
        if name not in installed:
            print(f"{'':>6}  {name} is not installed: nothing to compare with")
            continue
        for layers in (n for n in LAYERS if n <= LARGEST_OF_PEERS):
            build, write = best(lambda layers=layers, measure=measure: measure(layers))  # type: ignore[misc]
            share = own[layers].derive_and_latex / build
            row = f"{layers:>6}  {f'{name} {what}':<26}{1000 * build:>11.2f}{1000 * write:>9.2f}"
            print(f"{row}{share:>8.2f}")
            if name == "jax" and layers == JUDGED:
                to_jax = share
    narrow, wide = in_turn(
        [lambda width=width: with_symback(JUDGED, rows=ROWS, width=width) for width in (WIDTH, WIDE)]  # type: ignore[misc]
    )
    aims = [_growth(own, 32), _growth(own, 128)]
    what = f"L = {JUDGED}, {WIDE} wide: {wide / narrow:.2f} times the time of {WIDTH} wide"
    aims.append((f"{what}, at most {MOST_OF_WIDTH}", wide <= MOST_OF_WIDTH * narrow))
    if to_jax is not None:
        aims.append(
            (
                f"L = {JUDGED}: deriving and LaTeX take {to_jax:.2f} of JAX's time, at most {MOST_OF_JAX}",
                to_jax <= MOST_OF_JAX,
            )
        )
    print()
    for line, reached in aims:
        print(f"{'reached' if reached else 'MISSED ':<8} {line}")
    return all(reached for _, reached in aims)


def _growth(own: dict[int, Phases], layers: int) -> tuple[str, bool]:
    ratio = sum(own[2 * layers]) / sum(own[layers])
    return (
        f"from L = {layers} to {2 * layers}: {ratio:.2f}-fold, at most {MOST_GROWTH}",
        ratio <= MOST_GROWTH,
    )


if __name__ == "__main__":
    sys.exit(0 if report() else 1)
