"""What neuron_scale.py measures symback against: the same lines, made in three other ways.

The lines are the equations of the forward and of the backward pass; what else stands in a document
does not grow with the neuron.
"""

from __future__ import annotations

from typing import Any

CHUNK = 120
"""Lines in one alignment, as symback sets them."""

BREAK = "\\\\*\n"
"""Between the rows of one equation."""

DVALUE = r"\mathit{dvalue}"
STEP = r"\mathbf{1}(z > 0)"
ACTIVE = rf"{DVALUE} \cdot {STEP}"
DZ = r"\frac{\partial L}{\partial z}"

FIRST_STEPS = (
    rf"{DVALUE} & = \frac{{\partial L}}{{\partial y}} \symbackname{{\detokenize{{dvalue}}}}",
    rf"\frac{{\partial y}}{{\partial z}} & = {STEP} \symbackname{{\detokenize{{drelu}}}}",
    (
        rf"\symbackgrad{{{DZ}}} & = {DVALUE} \cdot \frac{{\partial y}}{{\partial z}} = {ACTIVE} "
        rf"\symbackname{{\detokenize{{drelu_dz}}}}"
    ),
)
STEPS_OF_B = (
    r"\frac{\partial z}{\partial b} & = 1 \symbackname{\detokenize{dsum_db}}",
    (
        rf"\symbackgrad{{\frac{{\partial L}}{{\partial b}}}} & "
        rf"= {DZ} \cdot \frac{{\partial z}}{{\partial b}} = {DZ} \cdot 1 = {ACTIVE} \cdot 1 = {ACTIVE} "
        rf"\symbackname{{\detokenize{{drelu_db}}}}"
    ),
)


def templates(n: int) -> str:
    """Fill plain f-strings: what the lines cost when nothing is derived at all."""
    forward = [
        rf"\mathit{{xw}}_{{{i}}} & = x_{{{i}}} \cdot w_{{{i}}} \symbackname{{\detokenize{{xw{i}}}}}"
        for i in range(n)
    ]
    terms = [rf"\mathit{{xw}}_{{{i}}}" for i in (0, 1, 2, n - 1)]
    terms.insert(3, r"\cdots")
    total = " + ".join([*terms, "b"])
    forward.append(rf"z & = {total} \symbackname{{\detokenize{{z}}}}")
    forward.append(r"y & = \operatorname{ReLU}(z) \symbackname{\detokenize{y}}")
    steps = list(FIRST_STEPS)
    for i in range(n):
        local = rf"\frac{{\partial z}}{{\partial \mathit{{xw}}_{{{i}}}}}"
        steps.append(rf"{local} & = 1 \symbackname{{\detokenize{{dsum_dxw{i}}}}}")
        steps.append(
            rf"\symbackgrad{{\frac{{\partial L}}{{\partial \mathit{{xw}}_{{{i}}}}}}} & = "
            rf"{DZ} \cdot {local} = {DZ} \cdot 1 = {ACTIVE} \cdot 1 "
            rf"\symbackname{{\detokenize{{drelu_dxw{i}}}}} {BREAK}& = {ACTIVE}"
        )
    steps += STEPS_OF_B
    for i in range(n):
        xw = rf"\mathit{{xw}}_{{{i}}}"
        dxw = rf"\frac{{\partial L}}{{\partial {xw}}}"
        for of, other in (("x", f"w_{{{i}}}"), ("w", f"x_{{{i}}}")):
            local = rf"\frac{{\partial {xw}}}{{\partial {of}_{{{i}}}}}"
            steps.append(rf"{local} & = {other} \symbackname{{\detokenize{{dmul_d{of}{i}}}}}")
            steps.append(
                rf"\symbackgrad{{\frac{{\partial L}}{{\partial {of}_{{{i}}}}}}} & = {dxw} \cdot {local} "
                rf"= {dxw} \cdot {other} = {DZ} \cdot 1 \cdot {other} "
                rf"\symbackname{{\detokenize{{drelu_d{of}{i}}}}} {BREAK}& = {ACTIVE} \cdot {other}"
            )
    return _parts(forward, steps)


def _parts(forward: list[str], steps: list[str]) -> str:
    return f"{_aligned(forward)}\n\n{_aligned(steps)}"


def _aligned(lines: list[str]) -> str:
    return "\n".join(
        "\\begin{align*}\n" + " \\\\\n".join(lines[start : start + CHUNK]) + "\n\\end{align*}"
        for start in range(0, len(lines), CHUNK)
    )


def lines_of(document: str) -> str:
    """Take the equations of the forward and of the backward pass out of a document."""
    found = []
    for title in ("Forward pass", "Backward pass"):
        part = document.partition(rf"\subsection*{{{title}}}")[2].partition("\n\n\\subsection")[0]
        found.append(part[part.index(r"\begin{align*}") :])
    return "\n\n".join(found)


def with_sympy(n: int) -> str:
    """Derive and print as SymPy is used at its best.

    Every intermediate is a named symbol, so that nothing grows; products keep their order because
    nothing is evaluated; one printer with order="none" prints every side of every equation.
    """
    import sympy as sp
    from sympy.printing.latex import LatexPrinter

    printer = LatexPrinter({"order": "none", "mul_symbol": "dot"})

    def product(*factors: Any) -> Any:
        return sp.Mul(*factors, evaluate=False)

    symbol = sp.Symbol
    forward, steps = _derived(n, symbol, product, sp.diff, sp.Integer(1), printer.doprint)
    tail = sp.Add(
        *(symbol(rf"\mathit{{xw}}_{{{i}}}") for i in range(3)),
        symbol(r"\cdots{}"),
        symbol(rf"\mathit{{xw}}_{{{n - 1}}}"),
        symbol("b"),
        evaluate=False,
    )
    forward += _sum_and_output(printer.doprint(tail), printer.doprint(sp.Function("ReLU")(symbol("z"))))
    return _parts(forward, steps)


def with_symengine(n: int) -> str:
    """Derive and print by SymEngine, whose sums and products are always evaluated and sorted."""
    import symengine
    from symengine.lib.symengine_wrapper import latex

    symbol = symengine.Symbol

    def product(*factors: Any) -> Any:
        result = factors[0]
        for factor in factors[1:]:
            result = result * factor
        return result

    forward, steps = _derived(n, symbol, product, symengine.diff, symengine.Integer(1), latex)
    names = [rf"\mathit{{xw}}_{{{i}}}" for i in (0, 1, 2, n - 1)]
    tail = symengine.Add(*map(symbol, (*names, r"\cdots{}", "b")))
    forward += _sum_and_output(latex(tail), latex(symengine.Function("ReLU")(symbol("z"))))
    return _parts(forward, steps)


def _sum_and_output(total: str, output: str) -> list[str]:
    return [
        rf"z & = {total} \symbackname{{\detokenize{{z}}}}",
        rf"y & = {output} \symbackname{{\detokenize{{y}}}}",
    ]


def _derived(  # noqa: PLR0913 - what the two libraries have in common
    n: int, symbol: Any, product: Any, differentiate: Any, one: Any, show: Any
) -> tuple[list[str], list[str]]:
    """Derive all steps by a library and print each side of each equation."""

    def partial(above: str, below: str) -> Any:
        return symbol(rf"\frac{{\partial {above}}}{{\partial {below}}}")

    def line(name: str, left: Any, *sides: Any, gradient: bool = True) -> str:
        shown = rf"\symbackgrad{{{show(left)}}}" if gradient else show(left)
        equal = " = ".join([show(side) for side in sides])
        return rf"{shown} & = {equal} \symbackname{{\detokenize{{{name}}}}}"

    def active(*factors: Any) -> Any:
        return product(dvalue, step, *factors)

    dvalue, step, dz = symbol(DVALUE), symbol(STEP), partial("L", "z")
    dy_dz = partial("y", "z")
    forward: list[str] = []
    steps = [
        line("dvalue", dvalue, partial("L", "y"), gradient=False),
        line("drelu", dy_dz, step, gradient=False),
        line("drelu_dz", dz, product(dvalue, dy_dz), product(dvalue, step)),
    ]
    inputs = []
    for i in range(n):
        x, w, name = symbol(f"x_{{{i}}}"), symbol(f"w_{{{i}}}"), rf"\mathit{{xw}}_{{{i}}}"
        xw = symbol(name)
        inputs.append((x, w, name))
        forward.append(line(f"xw{i}", xw, product(x, w), gradient=False))
        local, dxw = partial("z", name), partial("L", name)
        # A term of the sum; the whole sum would be walked through for each of them.
        slope = differentiate(xw, xw)
        steps += (
            line(f"dsum_dxw{i}", local, slope, gradient=False),
            line(f"drelu_dxw{i}", dxw, product(dz, local), product(dz, slope), active(slope), active()),
        )
    dz_db, db = partial("z", "b"), partial("L", "b")
    steps += (
        line("dsum_db", dz_db, one, gradient=False),
        line("drelu_db", db, product(dz, dz_db), product(dz, one), active(one), active()),
    )
    for i, (x, w, name) in enumerate(inputs):
        dxw = partial("L", name)
        for letter, of in (("x", x), ("w", w)):
            local = partial(name, f"{letter}_{{{i}}}")
            slope = differentiate(product(x, w), of)
            steps += (
                line(f"dmul_d{letter}{i}", local, slope, gradient=False),
                line(
                    f"drelu_d{letter}{i}",
                    partial("L", f"{letter}_{{{i}}}"),
                    product(dxw, local),
                    product(dxw, slope),
                    product(dz, one, slope),
                    active(slope),
                ),
            )
    return forward, steps
