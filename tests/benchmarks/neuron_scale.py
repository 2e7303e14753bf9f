"""One neuron of n inputs: all steps derived, all LaTeX written; beside SymPy, SymEngine and templates.

Run it as `python tests/benchmarks/neuron_scale.py`. CPU time, the best of several runs in one
process; the garbage collector is on, as it is for users, and has just collected before each run.
Peers run with warm caches. Memory is measured in runs of their own.
"""

# ruff: noqa: T201 - a script that prints

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

import peers

import symback as sb

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (100, 1_000, 10_000)
FEWEST_RUNS, SECONDS = 3, 1.0
"""Each measurement is repeated for so long, and at least so often."""
PEERS: dict[str, Callable[[int], str]] = {
    "templates": peers.templates,
    "SymEngine": peers.with_symengine,
    "SymPy": peers.with_sympy,
}
LARGEST_OF_PEERS = {"SymEngine": 1_000, "SymPy": 1_000}
MOST_TO_TEMPLATES, LEAST_OF_SYMPY, MOST_GROWTH = 10, 15, 14


def with_symback(n: int) -> str:
    """Derive and print by symback."""
    return sb.derive(sb.Neuron(n)).to_latex()


class Run(NamedTuple):
    """The best time of a method, and what it wrote."""

    seconds: float
    text: str


def best(write: Callable[[int], str], n: int) -> Run:
    """Return the least CPU time of several runs."""
    write(10)
    seconds = []
    text = ""
    while len(seconds) < FEWEST_RUNS or sum(seconds) < SECONDS:
        text = ""
        gc.collect()
        start = time.process_time()
        text = write(n)
        seconds.append(time.process_time() - start)
    return Run(min(seconds), text)


def phases(n: int) -> dict[str, float]:
    """Return the least CPU time of each phase of symback."""
    found: dict[str, list[float]] = {"Neuron": [], "derive": [], "document": [], "LaTeX": []}
    from symback.rendering.latex import to_latex

    while len(found["derive"]) < FEWEST_RUNS or sum(map(sum, found.values())) < SECONDS:
        gc.collect()
        marks = [time.process_time()]
        neuron = sb.Neuron(n)
        marks.append(time.process_time())
        derivation = sb.derive(neuron)
        marks.append(time.process_time())
        document = derivation.document()
        marks.append(time.process_time())
        to_latex(document)
        marks.append(time.process_time())
        for times, start, end in zip(found.values(), marks, marks[1:], strict=False):
            times.append(end - start)
        del neuron, derivation, document
    return {phase: min(times) for phase, times in found.items()}


def allocated(n: int) -> float:
    """Return the peak of what Python allocates for n inputs, text included, in MB."""
    gc.collect()
    tracemalloc.start()
    with_symback(n)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def _compared(text: str, document: str) -> str:
    """Say how like symback's lines others are."""
    if text == document:
        return f"{len(text):,} characters"
    lines = peers.lines_of(document)
    if text == lines:
        return "the same lines"
    names = text.count(r"\symbackname"), lines.count(r"\symbackname")
    return f"{names[0]} of {names[1]} equations, {len(text) / len(lines):.0%} of the length"


def report() -> bool:
    """Print the table, and whether the aims are reached."""
    installed = [name for name in ("symback", "sympy", "symengine") if find_spec(name)]
    print(f"Python {sys.version.split()[0]}, " + ", ".join(f"{name} {version(name)}" for name in installed))
    print(f"CPU time, best of several runs; garbage collector {'on' if gc.isenabled() else 'off'}\n")
    times: dict[tuple[str, int], float] = {}
    print(f"{'n':>6}  {'method':<10}{'ms':>10}{'to templates':>14}{'to SymPy':>10}  text")
    for n in SIZES:
        runs = {"symback": best(with_symback, n)}
        for name, write in PEERS.items():
            if n <= LARGEST_OF_PEERS.get(name, n) and (name != "SymEngine" or find_spec("symengine")):
                runs[name] = best(write, n)
        for name, run in runs.items():
            times[name, n] = run.seconds
            to_templates = run.seconds / runs["templates"].seconds
            to_sympy = f"1/{runs['SymPy'].seconds / run.seconds:.1f}" if "SymPy" in runs else "—"
            row = f"{n:>6}  {name:<10}{1e3 * run.seconds:>10.2f}{to_templates:>14.1f}{to_sympy:>10}"
            print(f"{row}  {_compared(run.text, runs['symback'].text)}")
    print(f"\n{'n':>6}  symback by phase (ms)")
    for n in SIZES:
        print(f"{n:>6}  " + ", ".join(f"{phase} {1e3 * t:.1f}" for phase, t in phases(n).items()))
    print(f"\n{'n':>6}  symback's peak of allocated memory (MB)")
    for n in SIZES:
        print(f"{n:>6}  {allocated(n):.1f}")
    growth = times["symback", 10_000] / times["symback", 1_000]
    aims = [
        (f"growth from 1,000 to 10,000: {growth:.1f}-fold, at most {MOST_GROWTH}", growth <= MOST_GROWTH),
        *_aims(times),
    ]
    print()
    for text, reached in aims:
        print(f"{'reached' if reached else 'MISSED ':<8} {text}")
    return all(reached for _, reached in aims)


def _aims(times: dict[tuple[str, int], float]) -> list[tuple[str, bool]]:
    n = 1_000
    own = times["symback", n]
    to_templates, of_sympy = own / times["templates", n], times["SymPy", n] / own
    return [
        (
            f"n = {n}: {to_templates:.1f} times the templates' time, at most {MOST_TO_TEMPLATES}",
            to_templates <= MOST_TO_TEMPLATES,
        ),
        (
            f"n = {n}: 1/{of_sympy:.1f} of SymPy's time, at most 1/{LEAST_OF_SYMPY}",
            of_sympy >= LEAST_OF_SYMPY,
        ),
    ]


if __name__ == "__main__":
    sys.exit(0 if report() else 1)
