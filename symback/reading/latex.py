"""One formula of LaTeX, read strictly: every name is declared, and a doubt is an error with its column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symback.core.errors import ReadingError
from symback.reading.functions import default_functions
from symback.reading.grammar import Parser
from symback.reading.names import Phrases
from symback.reading.tokens import fault, tokenize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import sympy


class LatexReader:
    r"""A reader for formulas over a fixed set of names, prepared once and used for many texts.

    Args:
        names: The printed LaTeX of each declared name, and the name it has in code. A declared name wins
            over every constant and every function.
        functions: The printed LaTeX of functions, and what builds their expressions from the arguments;
            they extend or override ``default_functions()``.

    >>> reader = LatexReader({r"x_{0}": "x0", r"\frac{\partial L}{\partial z}": "dz"})
    >>> reader.read(r"\frac{\partial L}{\partial z} \cdot x_0^{2}")
    dz*x0**2
    >>> reader.read(r"x_1")
    Traceback (most recent call last):
        ...
    symback.core.errors.ReadingError: column 1: the name 'x_{1}' is not declared; correct it, or declare it
    """

    def __init__(
        self,
        names: Mapping[str, str],
        functions: Mapping[str, Callable[..., sympy.Expr]] | None = None,
    ) -> None:
        for printed, code in names.items():
            if not (isinstance(code, str) and code):
                raise ReadingError(f"the name {printed!r} stands for {code!r}; give the name it has in code")
        self._names = Phrases(names)
        self._functions = Phrases({**default_functions(), **(functions or {})})

    def read(self, text: str) -> sympy.Expr:
        r"""Read one formula as an expression over plain symbols.

        Sums and products come back as SymPy orders them; calls and roots stay unevaluated.

        Args:
            text: The formula, without ``=``: ``split_equation`` cuts an equation into its sides.

        Returns:
            The expression.

        Raises:
            ReadingError: The text is not read; the message says at which column, and what would do.

        >>> LatexReader({"z": "z"}).read(r"\mathbf{1}\left(0 < z\right)")
        Piecewise((1, z > 0), (0, True))
        """
        if not isinstance(text, str):
            raise ReadingError(f"a formula is a str, not {type(text).__name__}; decode it first")
        try:
            return Parser(tokenize(text), self._names, self._functions).whole().expr
        except ReadingError:
            raise
        except RecursionError as error:
            raise fault(text, 0, "the formula is nested too deeply", "name its parts") from error
        except (ArithmeticError, AttributeError, NotImplementedError, TypeError, ValueError) as error:
            raise fault(text, 0, f"SymPy cannot build the formula ({error})", "name its parts") from error


def read_latex(
    text: str,
    names: Mapping[str, str],
    functions: Mapping[str, Callable[..., sympy.Expr]] | None = None,
) -> sympy.Expr:
    r"""Read one formula; for many formulas over the same names, keep a ``LatexReader``.

    Args:
        text: The formula.
        names: The printed LaTeX of each declared name, and the name it has in code.
        functions: The printed LaTeX of functions, and what builds their expressions.

    Returns:
        The expression.

    Raises:
        ReadingError: The text is not read; the message says at which column, and what would do.

    >>> read_latex(r"x_{0} w_{0} + b", {"x_0": "x0", "w_0": "w0", "b": "b"})
    b + w0*x0
    """
    return LatexReader(names, functions).read(text)
