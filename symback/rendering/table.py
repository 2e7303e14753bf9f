"""A table of text as text for a terminal, Markdown, or LaTeX."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symback.notation.latex import escape

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        title: Its heading.
        columns: The headings of the columns.
        rows: The cells.
        bad: The numbers of the rows to be seen first.
        footer: Sentences beneath it; the first is the most important.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    bad: frozenset[int] = frozenset()
    footer: Sequence[str] = field(default=())


def table_text(table: Table, *, width: int | None = None, colour: bool = False) -> str:
    """Lay a table out for a terminal.

    >>> print(table_text(Table("T", ["a", "b"], [["1", "2"]])))
    T
     a  b
     1  2
    """
    import io

    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable

    natural = sum(
        max(len(row[n]) for row in [table.columns, *table.rows]) + 2 for n in range(len(table.columns))
    )
    console = Console(
        file=io.StringIO(),
        width=width or max(natural + 2 * len(table.columns), 20),
        force_terminal=colour,
        legacy_windows=False,
        highlight=False,
    )
    drawn = RichTable(box=box.SIMPLE_HEAD if colour else None, pad_edge=True)
    for column in table.columns:
        drawn.add_column(column, overflow="fold")
    for number, row in enumerate(table.rows):
        drawn.add_row(*map(_plain, row), style="red" if number in table.bad else None)
    console.print(drawn)
    body = console.file.getvalue()  # type: ignore[attr-defined]
    body = "\n".join(line.rstrip() for line in body.splitlines())
    return "\n".join([table.title, body, *table.footer])


def _plain(cell: str) -> str:
    """Keep what looks like markup as text."""
    from rich.markup import escape as escape_markup

    return escape_markup(cell)


def table_markdown(table: Table) -> str:
    """Lay a table out in Markdown.

    >>> print(table_markdown(Table("T", ["a"], [["1"]])))
    # T
    <BLANKLINE>
    | a |
    | --- |
    | 1 |
    <BLANKLINE>
    """
    lines = [
        f"| {' | '.join(cell.replace('|', '∣') for cell in row)} |" for row in [table.columns, *table.rows]
    ]
    lines.insert(1, f"| {' | '.join('---' for _ in table.columns)} |")
    footer = "\n\n".join(table.footer)
    return f"# {table.title}\n\n" + "\n".join(lines) + f"\n\n{footer}".rstrip() + "\n"


def table_latex(table: Table) -> str:
    r"""Lay a table out as a LaTeX tabular.

    >>> print(table_latex(Table("T", ["a"], [["1"]])).splitlines()[2])
    \begin{tabular}{l}
    """
    lines = [" & ".join(map(escape, row)) + r" \\" for row in [table.columns, *table.rows]]
    lines.insert(1, r"\hline")
    columns = "l" * len(table.columns)
    tabular = [rf"\begin{{tabular}}{{{columns}}}", *lines, r"\end{tabular}}"]
    footer = "\n\n".join(map(escape, table.footer))
    narrow = r"{\footnotesize\setlength{\tabcolsep}{3pt}"
    return "\n".join([rf"\subsection*{{{escape(table.title)}}}", narrow, *tabular, "", footer, ""])
