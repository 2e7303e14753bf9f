"""The command line: `symback neuron`, `symback derive`, `symback compare`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from symback import __version__
from symback.cli_input import derived_either, derived_forward_pass, derived_neuron, method_named, numbers_for
from symback.cli_options import (
    document_options,
    forward_pass_options,
    neuron_options,
    neuron_or_forward_pass_options,
    output_options,
)

if TYPE_CHECKING:
    from symback.cli_input import Given
    from symback.rendering.document import Document
    from symback.verification.report import Report

DONE, WRONG, UNUSABLE = 0, 1, 2
"""Exit codes: done and right; something was found wrong; the input cannot be used."""

_WITH_EXAMPLES = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=_WITH_EXAMPLES, no_args_is_help=False, invoke_without_command=True)
@click.version_option(__version__, message="symback %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Symbolic backpropagation: every factor of the chain rule derived, printed, evaluated.

    \b
    symback neuron --x 1,-2,3 --w -3,-1,2 --b 1
    symback derive -e "y = tanh(w * x + b)"
    symback derive network.py --data batch.json
    symback compare --x 1,-2,3 --w -3,-1,2 --b 1
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command(context_settings=_WITH_EXAMPLES)
@neuron_options
@document_options
@output_options("text", "latex", "markdown", "json")
def neuron(**options: Any) -> int:
    """Derive the backpropagation of one neuron, step by step, with numbers if they are given.

    Numbers are integers, decimals, fractions (-1/3) or scientific (1e-3).

    \b
    symback neuron --x 1,-2,3 --w -3,-1,2 --b 1 --learning-rate 0.001
    symback neuron --x 0.5 --w 2 --b -1 --activation sigmoid --upstream 0.1
    symback neuron -n 3 --format latex --standalone -o neuron.tex
    symback neuron -n 3 --verify
    """
    printing = {name: options.pop(name) for name in _PRINTING}
    return _print(derived_neuron(**options), **printing)


@cli.command(context_settings=_WITH_EXAMPLES)
@forward_pass_options
@document_options
@output_options("text", "latex", "markdown", "json")
def derive(**options: Any) -> int:
    """Derive the backward pass of a forward pass that is written as for NumPy.

    The file or text is read, never run. Its assigned names become those of the derivation; what is
    assigned last, or returned, is the output.

    \b
    symback derive -e "y = relu(w * x + b)"
    symback derive -e "z = X @ W + b" --shape X="N 4" --shape W="4 3" --shape b=3
    symback derive network.py:loss --data batch.json --format json
    """
    printing = {name: options.pop(name) for name in _PRINTING}
    return _print(derived_forward_pass(**options), **printing)


_PRINTING = ("learning_rate", "verify", "standalone", "format_", "output", "full")
"""The options that say what is printed of a derivation, and how."""


def _print(  # noqa: PLR0913 - one argument for each option
    given: Given,
    *,
    learning_rate: str | None,
    verify: bool,
    standalone: bool,
    format_: str,
    output: str | None,
    full: bool,
) -> int:
    """Print a derivation, with what was asked for besides."""
    from symback.rendering.document import document
    from symback.rendering.json import to_json
    from symback.rendering.latex import to_latex
    from symback.rendering.markdown import to_markdown

    numbers = numbers_for(given, learning_rate)
    report = given.derivation.verify() if verify else None
    if format_ == "json":
        certificate = None if report is None else report.to_data()
        _write(to_json(given.derivation, numbers, certificate), output)
    else:
        arranged = document(given.derivation, numbers)
        if format_ == "latex":
            _write(to_latex(_with_report(arranged, report), standalone=standalone), output)
        elif format_ == "markdown":
            _write(to_markdown(_with_report(arranged, report)), output)
        else:
            table = "" if report is None else "\n" + report.to_text(full=full)
            _write_text(arranged, output, full=full, after=table)
    return WRONG if report is not None and report.wrong else DONE


def _with_report(arranged: Document, report: Report | None) -> Document:
    """Add what a verification found to a document, in a few sentences."""
    if report is None:
        return arranged
    from dataclasses import replace

    from symback.rendering.document import Part

    part = Part("Verification", prose=[f"{report.summary}.", *(f"{note}." for note in report.notes)])
    return replace(arranged, parts=[*arranged.parts, part])


@cli.command(context_settings=_WITH_EXAMPLES)
@neuron_or_forward_pass_options
@click.option(
    "--against",
    metavar="METHODS",
    help="Methods, separated by commas: sympy, central, complex, torch, jax, or FILE.py:FUNCTION. "
    "All that are installed unless given.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Which gradients a sample takes.")
@output_options("text", "latex", "markdown", "json")
def compare(
    against: str | None, seed: int, format_: str, output: str | None, *, full: bool, **about: Any
) -> int:
    """Put the symbolic gradients of a neuron, or of a forward pass, beside those of other methods.

    Exit code 1 says that one of them disagrees.

    \b
    symback compare --x 1,-2,3 --w -3,-1,2 --b 1
    symback compare --x 1,-2,3 --w -3,-1,2 --b 1 --against sympy,mine.py:gradients
    symback compare network.py --data batch.json --against complex,torch
    """
    from symback.core.errors import InputError
    from symback.rendering.table import table_latex, table_markdown, table_text
    from symback.verification.agreement import comparison_json, comparison_table
    from symback.verification.comparison import compare as compare_gradients

    given = derived_either(**about)
    if given.values is None:
        raise InputError("compare needs numbers: give --x, --w and --b, or --data with a forward pass")
    methods = None if against is None else [method_named(part.strip()) for part in against.split(",")]
    comparison = compare_gradients(
        given.derivation, given.values, against=methods, upstream=given.upstream, seed=seed
    )
    report = given.derivation.verify(seed=seed)
    if format_ == "json":
        _write(comparison_json(comparison, report), output)
    else:
        table = comparison_table(comparison, report, full=full)
        if format_ == "latex":
            _write(table_latex(table), output)
        elif format_ == "markdown":
            _write(table_markdown(table), output)
        else:
            _write(table_text(table, colour=output is None and sys.stdout.isatty()), output)
    return DONE if comparison.agrees and not report.wrong else WRONG


def _write_text(document: Document, output: str | None, *, full: bool, after: str) -> None:
    """Print text, in colour if it goes to a terminal."""
    from symback.rendering.text import to_rich, to_text

    if output is None and sys.stdout.isatty():
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        console.print(to_rich(document, full=full, width=console.width), end="")
        _write(after, output)
    else:
        _write(to_text(document, full=full) + after, output)


def _write(text: str, output: str | None) -> None:
    text = text if text.endswith("\n") or not text else text + "\n"
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    from symback.core.errors import InputError

    try:
        with open(output, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs start-up time
            file.write(text)
    except OSError as error:
        raise InputError(f"-o {output}: cannot be written ({error.strerror})") from None


def main() -> None:
    """Run the command line and exit with its code; bad input gives one line on standard error."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        code = _refuse(error.format_message())
    except BrokenPipeError:
        # The reader has closed the pipe; nothing is left to say, not even when the stream is flushed.
        sys.stderr.close()
        code = DONE
    except OSError as error:
        code = _refuse(f"standard output cannot be written ({error.strerror})")
        _forget_output()
    except Exception as error:
        from symback.core.errors import SymbackError

        if not isinstance(error, SymbackError):
            raise
        code = _refuse(str(error))
    sys.exit(code)


def _forget_output() -> None:
    """Keep Python from flushing what cannot be written once more at its end."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse(message: str) -> int:
    sys.stderr.write("symback: " + " ".join(message.split()) + "\n")
    return UNUSABLE


if __name__ == "__main__":
    main()
