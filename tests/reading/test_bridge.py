"""latex2sympy2 behind its bridge: imported late, in silence, and whatever others did to its state."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import sympy
from sympy import Symbol

from symback.core.errors import ReadingError
from symback.reading import LatexReader, read_latex
from symback.reading.bridge import hole, plan

NAMES = {letter: letter for letter in "WIijxyzecd"}


@pytest.fixture
def module():
    read_latex("x + y", NAMES)  # imports it as the reader does
    import latex2sympy2

    before = dict(vars(latex2sympy2))
    plan.cache_clear()
    yield latex2sympy2
    vars(latex2sympy2).update(before)


def run(code):
    return subprocess.run(  # noqa: S603 - the code is ours
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )


def test_nothing_heavy_is_imported_before_the_first_formula():
    done = run(
        "import sys, symback.reading; symback.reading.LatexReader({'x': 'x'});"
        "sys.exit(any(m in sys.modules for m in ('sympy', 'latex2sympy2', 'antlr4')))"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_import_is_silent_and_leaves_no_stub():
    done = run(
        "import sys, typing; before = sys.modules.get('typing.io');"
        "from symback.reading import read_latex;"
        "assert str(read_latex(r'x \\cdot y - 1', {'x': 'x', 'y': 'y'})) == 'x*y - 1';"
        "assert sys.modules.get('typing.io') is before"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_differential_before_does_no_harm(module):
    module.latex2sympy("2 dx")
    with pytest.raises(TypeError):  # what it does to anyone who calls it directly
        module.latex2sympy("x")
    assert read_latex("x y - z", NAMES) == Symbol("x") * Symbol("y") - Symbol("z")


@pytest.mark.parametrize(
    "hostile", ["x = 3", r"W=\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "i = 5", r"\dfrac{1}{2}"]
)
def test_an_assignment_before_does_no_harm(module, hostile):
    module.latex2sympy(hostile)
    assert read_latex("W x + i - 1", NAMES) == Symbol("W") * Symbol("x") + Symbol("i") - 1


def test_assumptions_set_before_do_no_harm(module):
    module.set_real(True)
    assert read_latex("x + y", NAMES) == Symbol("x") + Symbol("y")


def test_the_state_of_others_is_left_as_it_was(module):
    module.set_real(True)
    module.var = {"x": 1}
    read_latex("x - y - x y", NAMES)
    assert (module.is_real, module.var) == (True, {"x": 1})


def test_several_threads_read_right(module):
    assert module
    reader = LatexReader(NAMES)
    texts = [rf"x{' + y' * (k % 7)} - \frac{{z}}{{{k + 1}}}" for k in range(60)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(reader.read, texts))
    x, y, z = sympy.symbols("x y z")
    assert found == [x + (k % 7) * y - z / (k + 1) for k in range(60)]


SKELETONS = {
    "{0}-{1}-{2}": ("add", (0, ("mul", (-1, 1)), ("mul", (-1, 2)))),
    r"-{0}\cdot {1}+{2}": None,
    r"\frac{{{0}}}{{{1}}}": ("mul", (0, ("pow", (1, -1)))),
    "{0}^{{{1}^{{{2}}}}}": ("pow", (0, ("pow", (1, 2)))),
}


@pytest.mark.parametrize(("pattern", "expected"), SKELETONS.items())
def test_plans(pattern, expected):
    count = pattern.count("{0}") + pattern.count("{1}") + pattern.count("{2}")
    found = plan(pattern.format(*map(hole, range(3))), count)
    assert expected is None or found == expected


@pytest.mark.parametrize(
    ("skeleton", "holes"),
    [
        (hole(0), 2),
        (f"{hole(0)}+{hole(0)}", 1),
        ("x", 0),
        ("2", 0),
        (f"{hole(0)} x", 1),
        (f"{hole(0)}!", 1),
        (f"{hole(0)}={hole(1)}", 2),
        (f"{hole(0)})", 1),
        (f"{hole(0)},{hole(1)}", 2),
        (rf"\sin {hole(0)}", 1),
        (r"\variable{w0}", 1),
        ("", 0),
        (rf"{hole(0)} \to {hole(1)}", 2),
    ],
)
def test_whatever_is_no_skeleton_is_refused(skeleton, holes):
    with pytest.raises(ReadingError):
        plan(skeleton, holes)


def test_structurally_equal_formulas_are_parsed_once():
    reader = LatexReader({f"x_{{{k}}}": f"x{k}" for k in range(50)})
    plan.cache_clear()
    for k in range(49):
        reader.read(rf"x_{{{k}}} \cdot x_{{{k + 1}}}^{{2}} + {k}")
    assert plan.cache_info().misses == 1
