"""A derived neuron of three inputs at a million points, beside hand-written NumPy.

Run it as `python tests/benchmarks/evaluation.py`. Both give the same values: the forward pass, and
every step of the backward pass.
"""

# ruff: noqa: T201 - a script that prints

from __future__ import annotations

import gc
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

import symback as sb

if TYPE_CHECKING:
    from collections.abc import Callable

POINTS = 1_000_000
RUNS = 9
INPUTS = 3


def by_hand(x: list[Any], w: list[Any], b: Any, dvalue: float) -> dict[str, Any]:
    """Compute what the derivation computes as one writes it by hand: constants stay numbers."""
    values: dict[str, Any] = {f"xw{i}": x[i] * w[i] for i in range(INPUTS)}
    z = values["xw0"] + values["xw1"] + values["xw2"] + b
    values |= {"z": z, "y": np.maximum(z, 0), "dvalue": dvalue}
    values["drelu"] = np.where(z > 0, 1.0, 0.0)
    values["drelu_dz"] = dvalue * values["drelu"]
    for of in ("xw0", "xw1", "xw2", "b"):
        values[f"dsum_d{of}"] = 1.0
        values[f"drelu_d{of}"] = values["drelu_dz"] * 1.0
    for i in range(INPUTS):
        values |= {f"dmul_dx{i}": w[i], f"dmul_dw{i}": x[i]}
        values[f"drelu_dx{i}"] = values[f"drelu_dxw{i}"] * w[i]
        values[f"drelu_dw{i}"] = values[f"drelu_dxw{i}"] * x[i]
    return values


def best(compute: Callable[[], Any]) -> float:
    """Return the least CPU time of several runs, in seconds."""
    seconds = []
    for _ in range(RUNS):
        gc.collect()
        start = time.process_time()
        values = compute()
        seconds.append(time.process_time() - start)
        del values
    return min(seconds)


def main() -> None:
    """Print both times and their ratio, after making sure that the values are the same."""
    rng = np.random.default_rng(0)
    x, w = ([rng.normal(size=POINTS) for _ in range(INPUTS)] for _ in "xw")
    b = rng.normal(size=POINTS)
    derivation = sb.derive(sb.Neuron(INPUTS))
    derived = derivation.evaluate(x=x, w=w, b=b, dvalue=0.5)
    hand = by_hand(x, w, b, 0.5)
    names = [str(node.name) for node in derivation.order if node.op is not None and node.name]
    differing = [name for name in names if not np.all(np.asarray(derived[name]) == hand[name])]
    if differing:
        sys.exit(f"the values differ: {', '.join(differing)}")
    del derived, hand
    own = best(lambda: derivation.evaluate(x=x, w=w, b=b, dvalue=0.5))
    written = best(lambda: by_hand(x, w, b, 0.5))
    print(f"{len(names)} values at {POINTS:,} points, NumPy {np.__version__}, CPU time, best of {RUNS}")
    print(f"symback            {1e3 * own:8.1f} ms")
    print(f"hand-written NumPy {1e3 * written:8.1f} ms")
    print(f"ratio              {own / written:8.2f}")


if __name__ == "__main__":
    main()
