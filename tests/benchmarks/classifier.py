"""Loss and all gradients of a 784-128-64-10 classifier, beside hand-written NumPy, PyTorch and JAX.

Run it as `python tests/benchmarks/classifier.py`. Batches of 64 and 512, float32 and float64, on one
processor and on all. Everyone keeps to the same processors; the ways take turns, and the median of
the repetitions counts: processor time on one processor, wall time on several. Before that, all
are compared: they compute the same loss and the same gradients.

The bare pass computes every node of the derivation from checked arrays. `evaluate` checks and
copies the data, looks for kinks and for what is undefined, and keeps every value under its name.
The aims are judged on one processor, where other work on the machine disturbs least.
"""

# A script that prints; matrices are capital letters.
# ruff: noqa: T201, N803, N806

from __future__ import annotations

import gc
import itertools
import os
import statistics
import subprocess
import sys
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (784, 128, 64, 10)
BATCHES = (64, 512)
TYPES = ("float32", "float64")
SECONDS, FEWEST_ROUNDS = 2.0, 30
MOST_OF_NUMPY = 1.05
MOST_OF_A_GRADIENT, MOST_RIGOROUS = 2, 45
AGREEMENT = {"float32": 1e-4, "float64": 1e-11}

TEXT = """
Z1 = X @ W1 + b1
A1 = relu(Z1)
Z2 = A1 @ W2 + b2
A2 = relu(Z2)
Z3 = A2 @ W3 + b3
L = -mean(sum(Y * log_softmax(Z3), axis=1))
"""
PARAMETERS = ("W1", "b1", "W2", "b2", "W3", "b3")


def drawn(batch: int, dtype: str) -> dict[str, Any]:
    """Draw data and parameters."""
    import numpy as np

    rng = np.random.default_rng(0)
    data: dict[str, Any] = {"X": rng.uniform(0, 1, (batch, SIZES[0]))}
    for layer, (rows, columns) in enumerate(itertools.pairwise(SIZES), 1):
        data[f"W{layer}"] = rng.normal(0, (2 / rows) ** 0.5, (rows, columns))
        data[f"b{layer}"] = rng.normal(0, 0.1, columns)
    data["Y"] = np.eye(SIZES[-1])[rng.integers(0, SIZES[-1], batch)]
    return {name: np.ascontiguousarray(value, dtype=dtype) for name, value in data.items()}


def by_hand(  # noqa: PLR0913 - a network's data
    X: Any, W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any, Y: Any
) -> tuple[Any, ...]:
    """Compute loss and gradients as one writes them who knows NumPy: in place where nothing is lost."""
    import numpy as np

    A1 = X @ W1
    A1 += b1
    np.maximum(A1, 0, out=A1)
    A2 = A1 @ W2
    A2 += b2
    np.maximum(A2, 0, out=A2)
    Z3 = A2 @ W3
    Z3 += b3
    Z3 -= Z3.max(axis=1, keepdims=True)
    P = np.exp(Z3)
    totals = P.sum(axis=1, keepdims=True)
    loss = ((np.log(totals) - Z3) * Y).sum() / len(X)
    P /= totals
    P -= Y
    P /= len(X)
    dZ2 = P @ W3.T
    dZ2 *= A2 > 0
    dZ1 = dZ2 @ W2.T
    dZ1 *= A1 > 0
    return (
        loss, X.T @ dZ1, dZ1.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0), A2.T @ P, P.sum(axis=0),
    )  # fmt: skip


def ways(data: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    """Return a function for each way; each returns the loss and the gradients in order."""
    import symback as sb
    from symback.evaluation.plan import planned

    names = {"X": "N 784", "Y": "N 10"}
    shapes: dict[str, Any] = {**names, **{name: data[name].shape for name in PARAMETERS}}
    derivation = sb.derive(sb.model(TEXT, shapes=shapes), wrt=list(PARAMETERS))
    ends = [derivation.output, *(step.node for step in derivation.gradients.values())]
    inputs = {**data, derivation.seed.name: data["X"].dtype.type(1)}
    sizes = {"N": len(data["X"])}

    def bare() -> list[Any]:
        values = planned(derivation, inputs, sizes)
        return [values[end] for end in ends]

    def evaluated() -> list[Any]:
        evaluation = derivation.evaluate(data)
        return [evaluation["L"], *evaluation.gradients.values()]

    found: dict[str, Callable[[], Any]] = {
        "hand-written NumPy": lambda: by_hand(**data),
        "symback, bare pass": bare,
        "symback, evaluate": evaluated,
    }
    if find_spec("torch"):
        found["torch autograd"] = _torch(data)
    if find_spec("jax"):
        found["jitted JAX"] = _jax(data)
    return found


def _torch(data: dict[str, Any]) -> Callable[[], Any]:
    import torch

    tensors = {name: torch.from_numpy(value) for name, value in data.items()}
    for name in PARAMETERS:
        tensors[name].requires_grad_()

    def compute() -> list[Any]:
        h = tensors["X"]
        for layer in (1, 2, 3):
            h = torch.addmm(tensors[f"b{layer}"], h, tensors[f"W{layer}"])
            h = torch.relu(h) if layer < 3 else h
        loss = torch.nn.functional.cross_entropy(h, tensors["Y"])
        return [loss.detach(), *torch.autograd.grad(loss, [tensors[name] for name in PARAMETERS])]

    return compute


def _jax(data: dict[str, Any]) -> Callable[[], Any]:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)  # noqa: FBT003 - JAX has it so
    arrays = {name: jnp.asarray(value) for name, value in data.items()}
    rest = {name: arrays.pop(name) for name in ("X", "Y")}

    @jax.jit
    @jax.value_and_grad
    def compute(parameters: Any, X: Any, Y: Any) -> Any:
        h = X
        for layer in (1, 2, 3):
            h = h @ parameters[f"W{layer}"] + parameters[f"b{layer}"]
            h = jax.nn.relu(h) if layer < 3 else h
        return -jnp.mean(jnp.sum(Y * jax.nn.log_softmax(h), axis=1))

    def waited() -> list[Any]:
        loss, gradients = jax.block_until_ready(compute(arrays, **rest))
        return [loss, *(gradients[name] for name in PARAMETERS)]

    return waited


def medians(found: dict[str, Callable[[], Any]], clock: Callable[[], float]) -> dict[str, float]:
    """Return the median time of each way in seconds; the ways take turns, in changing order."""
    times: dict[str, list[float]] = {name: [] for name in found}
    results: dict[str, Any] = {}
    turns = list(found.items())
    for _, compute in turns:
        for _ in range(3):
            compute()
    gc.collect()
    gc.freeze()
    start = time.perf_counter()
    rounds = 0
    while rounds < FEWEST_ROUNDS or time.perf_counter() - start < SECONDS:
        rounds += 1
        turns = turns[1:] + turns[:1]
        for name, compute in turns:
            before = clock()
            result = compute()
            times[name].append(clock() - before)
            # As in a training loop, the last results live until there are new ones; if all memory were
            # given back in between, the system would hand it out anew each time, page by page.
            results[name] = result
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def agree(found: dict[str, Callable[[], Any]], tolerance: float) -> None:
    """Make sure that all compute the same, or exit."""
    import numpy as np

    (reference, *others) = [(name, compute()) for name, compute in found.items()]
    for name, values in others:
        for n, (own, hand) in enumerate(zip(values, reference[1], strict=True)):
            if not np.abs(np.asarray(own) - hand).max() <= tolerance * np.abs(hand).max():
                sys.exit(f"{name} differs from {reference[0]} in value {n}")


def report(processors: int) -> bool:
    """Print the table for a number of processors, and say whether the aims are reached."""
    clock, what = (time.process_time, "processor") if processors == 1 else (time.perf_counter, "wall")
    plural = "s" * (processors > 1)
    print(f"\n{processors} processor{plural}; {what} time in ms, and in times of hand-written NumPy")
    reached = True
    for dtype in TYPES:
        for batch in BATCHES:
            found = ways(drawn(batch, dtype))
            agree(found, AGREEMENT[dtype])
            times = medians(found, clock)
            hand, own = times["hand-written NumPy"], times["symback, bare pass"]
            print(f"  {dtype}, batch {batch}")
            for name, seconds in times.items():
                print(f"    {name:<20}{1000 * seconds:8.3f}{seconds / hand:8.2f}")
            for holds, text in (
                (own <= MOST_OF_NUMPY * hand, f"the bare pass: at most {MOST_OF_NUMPY} times NumPy's time"),
                (own < times.get("torch autograd", own + 1), "the bare pass: less than torch's time"),
            ):
                if processors == 1 and not holds:
                    print(f"    MISSED: {text}")
                    reached = False
    return reached


def verification() -> bool:
    """Print what `verify` takes, in times of a bare pass for all inputs, and whether the aims are reached."""
    import numpy as np

    import symback as sb
    from symback.evaluation.plan import planned
    from symback.verification.tensors.enclosing import enclosed
    from symback.verification.tensors.points import given_point
    from symback.verification.tensors.proofs import ProofCheck
    from symback.verification.tensors.slopes import SlopesCheck

    data = drawn(64, "float64")
    shapes: dict[str, Any] = {name: value.shape for name, value in data.items()}
    derivation = sb.derive(sb.model(TEXT, shapes=shapes))
    inputs = {**data, derivation.seed.name: np.asarray(1.0)}
    point = given_point(derivation, data)
    checks = SlopesCheck(derivation, [point], 0)

    def every_step() -> None:
        fresh = SlopesCheck(derivation, [point], 0)
        for step in derivation.steps:
            fresh.check(step)

    def proved() -> None:
        proofs = ProofCheck(derivation, 0)
        for step in derivation.steps:
            proofs.check(step)

    whole, rigorous = "complex step of the whole pass", "enclosure in balls"
    found: dict[str, Callable[[], Any]] = {
        "bare pass": lambda: planned(derivation, inputs, {}),
        whole: lambda: checks.whole_pass(point),
        "complex steps, whole and of each step": every_step,
    }
    if find_spec("flint"):
        found[rigorous] = lambda: enclosed(point)
    found["proofs"] = proved
    times = {
        name: _median(compute, 5 if name in (rigorous, "proofs") else 41) for name, compute in found.items()
    }
    print("\nverify at batch 64, in times of a bare pass for all inputs; proofs are made at small sizes")
    for name, seconds in times.items():
        print(f"    {name:<40}{1000 * seconds:8.2f} ms{seconds / times['bare pass']:9.1f}")
    reached = True
    for name, most in ((whole, MOST_OF_A_GRADIENT), (rigorous, MOST_RIGOROUS)):
        if name in times and times[name] > most * times["bare pass"]:
            print(f"    MISSED: {name}: at most {most} bare passes")
            reached = False
    return reached


def _median(compute: Callable[[], Any], runs: int) -> float:
    seconds = []
    for _ in range(runs):
        start = time.process_time()
        compute()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


def main() -> None:
    """Run each number of processors in a process of its own, which sees no others."""
    if len(sys.argv) > 1:
        processors = int(sys.argv[1])
        # Before any library is imported: all of them look at what the process may use.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:processors])
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ[name] = str(processors)
        reached = report(processors)
        if processors == 1:
            reached = verification() and reached
        sys.exit(0 if reached else 1)
    counts = sorted({1, len(os.sched_getaffinity(0))})
    codes = [
        subprocess.run([sys.executable, __file__, str(count)], check=False).returncode  # noqa: S603 - itself
        for count in counts
    ]
    sys.exit(max(codes))


if __name__ == "__main__":
    main()
