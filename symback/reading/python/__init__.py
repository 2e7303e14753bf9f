"""Reading Python: the forward pass as people write it for NumPy, torch and JAX.

The text is parsed, never run. What a formula stands for is built from symback's own functions; what is
outside the grammar is refused with its place and what would do.
"""

from __future__ import annotations

from symback.reading.python.reading import read_python, read_python_file
from symback.reading.python.source import split_target, text_of_file

__all__ = ["read_python", "read_python_file", "split_target", "text_of_file"]
