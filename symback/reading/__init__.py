"""Floor 2: texts become expressions: LaTeX is read strictly, and never wrongly without a word."""

from __future__ import annotations

from symback.reading.equations import split_equation
from symback.reading.latex import LatexReader, read_latex

__all__ = ["LatexReader", "read_latex", "split_equation"]
