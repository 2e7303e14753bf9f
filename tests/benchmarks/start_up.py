"""What it costs to start the command line, beside importing SymPy.

Run it as `python tests/benchmarks/start_up.py`. User and system CPU time of whole processes, the
median of several runs, taken in turn so that a busy machine is busy for all. Modules are compiled
before that, as they are when they are installed.
"""

# ruff: noqa: T201 - a script that prints

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

RUNS = 15
SYMBACK = str(Path(sys.executable).with_name("symback"))
BOOK = ["--x", "1,-2,3", "--w", "-3,-1,2", "--b", "1"]
COMMANDS: dict[str, tuple[list[str], float | None]] = {
    'python -c "import sympy"': ([sys.executable, "-c", "import sympy"], None),
    'python -c "pass"': ([sys.executable, "-c", "pass"], None),
    "symback --help": ([SYMBACK, "--help"], 0.2),
    "symback --version": ([SYMBACK, "--version"], 0.2),
    "symback neuron --x … --w … --b …": ([SYMBACK, "neuron", *BOOK], 1.5),
}
"""Each command, and how much of SymPy's import it may cost."""


def cpu_seconds(command: list[str], environment: dict[str, str]) -> float:
    """Run a command and return the CPU time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - from above
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measured() -> dict[str, list[float]]:
    """Return the times of every command; what the first run compiles is kept for the others."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for command, _ in COMMANDS.values():
            cpu_seconds(command, environment)
        for _ in range(RUNS):
            for name, (command, _) in COMMANDS.items():
                times[name].append(cpu_seconds(command, environment))
    return times


def report() -> bool:
    """Print the table, and say whether every command is within its limit."""
    times = measured()
    reference = median(next(iter(times.values())))
    right = True
    print(f"{'command':<34}{'ms':>7}{'of SymPy':>10}{'at most':>9}")
    for name, (_, limit) in COMMANDS.items():
        share = median(times[name]) / reference
        within = limit is None or share <= limit
        right = right and within
        allowed = "" if limit is None else f"{limit:.2f}{'' if within else '  MISSED'}"
        print(f"{name:<34}{1e3 * median(times[name]):>7.0f}{share:>10.2f}{allowed:>9}")
    return right


if __name__ == "__main__":
    sys.exit(0 if report() else 1)
