"""A text, its places, and the errors that point into it."""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_left
from pathlib import Path
from typing import Final

from symback.core.errors import ReadingError
from symback.reading.python.scanning import MOST_TOKENS, Insertion, scan

MAX_BYTES: Final = 1_000_000
"""A text may have this many bytes."""

_LONGEST_PIECE: Final = 60
_TOO_LONG: Final = f"a formula of more than {MOST_TOKENS} signs, besides the terms of a sum"
_TOO_DEEP: Final = "name the parts of the formula on lines of their own"


class Source:
    """A text in Python's grammar.

    Attributes:
        filename: What messages call it.
        lines: Its lines, with the one kind of line end that Python knows.
        tree: The parsed text.

    Args:
        text: The text.
        filename: What messages call it.
        first_line: The number of its first line, for a function that was cut out of a file.
        indent: How many columns were cut off in front of each line.

    Raises:
        ReadingError: It is too long, too deep, holds a NUL byte, or is no Python.
    """

    def __init__(self, text: str, filename: str = "<text>", first_line: int = 1, indent: int = 0) -> None:
        self.filename = filename
        self._first_line = first_line
        self._indent = indent
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.lines = text.split("\n")
        if len(text) > MAX_BYTES:
            raise ReadingError(
                f"{filename}: the text has {len(text)} characters; at most {MAX_BYTES} are read; "
                "give long data as a .json or .npz file"
            )
        if "\0" in text:
            raise self._fault_at_place(text, text.index("\0"), "a NUL byte", "save it as plain text")
        scanned = scan(text)
        if scanned.too_deep is not None:
            raise self._fault_at_place(text, scanned.too_deep, _TOO_LONG, _TOO_DEEP)
        self._parsed_lines = scanned.text.split("\n")
        self._insertions = scanned.insertions
        self._sums = scanned.sums
        self.tree = self._parse(scanned.text)

    def _parse(self, text: str) -> ast.Module:
        try:
            with warnings.catch_warnings():
                # Python warns of what it reads all the same, such as "\d" in a string or `2if x else 3`.
                warnings.simplefilter("ignore")
                return ast.parse(text)
        except SyntaxError as error:
            raise self._syntax_fault(error) from None
        except (RecursionError, MemoryError, ValueError):
            raise ReadingError(f"{self.filename}: the text is nested too deep; {_TOO_DEEP}") from None

    def fault(self, node: ast.AST, problem: str, remedy: str) -> ReadingError:
        """Return the error for a problem with a part of the text.

        >>> source = Source("y = x ^ 2")
        >>> print(source.fault(source.tree.body[0].value, "^ is not read", "write ** for powers"))
        <text>, line 1, column 5: 'x ^ 2': ^ is not read; write ** for powers
        """
        return ReadingError(f"{self.at(node)}: {problem}; {remedy}")

    def at(self, node: ast.AST) -> str:
        """Name the place of a part of the text, and quote it."""
        return f"{self.place(node)}: {self.piece(node)!r}"

    def place(self, node: ast.AST) -> str:
        """Name the place of a part of the text: file, line and column, counted from 1."""
        return self._where(*self._position(node))

    def line(self, node: ast.AST) -> int:
        """Return the number of the line where a part of the text begins."""
        return self._position(node)[0] + self._first_line

    def piece(self, node: ast.AST) -> str:
        """Return a part of the text as it was written, shortened to a few words of one line."""
        line, column = self._position(node)
        stop_line, stop_column = self._position(node, end=True)
        stop = stop_column if stop_line == line else len(self.lines[line])
        piece = self.lines[line][column:stop].rstrip()
        if len(piece) > _LONGEST_PIECE or stop_line != line:
            piece = piece[: _LONGEST_PIECE - 1].rstrip() + "…"
        return piece

    def signs_of_sum(self, node: ast.List) -> str | None:
        """Return the signs between the terms of a sum that the parser was given as a list."""
        if not self._sums:
            return None
        return self._sums.get(Insertion(node.lineno - 1, self._column(node.lineno - 1, node.col_offset)))

    def _column(self, line: int, offset: int) -> int:
        """Return a column in characters; the parser counts bytes."""
        text = self._parsed_lines[line]
        return offset if text.isascii() else len(text.encode()[:offset].decode(errors="ignore"))

    def _position(self, node: ast.AST, *, end: bool = False) -> tuple[int, int]:
        """Return line and column in the text as given, both counted from 0."""
        line = (getattr(node, "end_lineno" if end else "lineno", 1) or 1) - 1
        offset = getattr(node, "end_col_offset" if end else "col_offset", 0) or 0
        return line, self._without_insertions(line, self._column(line, offset))

    def _without_insertions(self, line: int, column: int) -> int:
        """Return a column of the parsed text as the column of the text that was given."""
        first = bisect_left(self._insertions, (line, 0))
        return column - (bisect_left(self._insertions, (line, column)) - first)

    def _where(self, line: int, column: int) -> str:
        return f"{self.filename}, line {line + self._first_line}, column {column + 1 + self._indent}"

    def _fault_at_place(self, text: str, place: int, problem: str, remedy: str) -> ReadingError:
        line = text.count("\n", 0, place)
        column = place - text.rfind("\n", 0, place) - 1
        return ReadingError(f"{self._where(line, column)}: {problem}; {remedy}")

    def _syntax_fault(self, error: SyntaxError) -> ReadingError:
        """Say where a text stops being Python, and what was expected there."""
        line = min(max((error.lineno or 1) - 1, 0), len(self.lines) - 1)
        column = self._without_insertions(line, max((error.offset or 1) - 1, 0))
        where = self._where(line, column)
        rest = self.lines[line][column:].strip()
        message = (error.msg or "invalid syntax").partition(" - Consider")[0]
        if "Exceeds the limit" in message:
            return ReadingError(f"{where}: a number has too many digits; write it like 1e20")
        if not rest:
            return ReadingError(
                f"{where}: the formula ends too early; expected a name, a number or a bracket"
            )
        quoted = f"{where}: {rest.split()[0][:_LONGEST_PIECE]!r}"
        if message == "invalid syntax":
            message = "not expected here; expected an operator, a comma or the end of the line"
        elif message == "invalid decimal literal":
            message = "a number runs into a name; expected an operator, like 2*x"
        elif message == "too many nested parentheses":
            message = f"too many nested parentheses (Python's limit is 200); {_TOO_DEEP}"
        else:
            message += "; correct it: the text has to be valid Python"
        return ReadingError(f"{quoted}: {message}")


def text_of_file(path: str | Path) -> str:
    """Return the text of a file of Python code, which is never run.

    Raises:
        ReadingError: The file is missing, too long, or not UTF-8.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReadingError(
            f"{path}: cannot be read ({error.strerror}); give the path of a .py file"
        ) from None
    if len(data) > MAX_BYTES:
        raise ReadingError(
            f"{path}: the file has more than {MAX_BYTES} bytes; give long data as a .json or .npz file"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        raise ReadingError(
            f"{path}, line {before.count(10) + 1}: byte 0x{data[error.start]:02x} is no UTF-8; "
            "save the file in UTF-8"
        ) from None


def split_target(target: str) -> tuple[str, str | None]:
    """Cut FILE.py:name into the file and the name of a function.

    >>> split_target("net.py:mlp"), split_target("net.py")
    (('net.py', 'mlp'), ('net.py', None))
    """
    path, colon, name = target.rpartition(":")
    return (path, name) if colon and name.isidentifier() and len(path) > 1 else (target, None)
