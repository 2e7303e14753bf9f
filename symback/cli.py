"""The command line: `symback neuron`, `symback compare`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from symback import __version__
from symback.cli_input import derived, method_named, read_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

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
    symback neuron -n 3 --format latex --standalone -o neuron.tex
    symback compare --x 1,-2,3 --w -3,-1,2 --b 1
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def _neuron_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which neuron it is and what its numbers are."""
    for option in reversed(
        (
            click.option("--x", "x", metavar="NUMBERS", help="Inputs, separated by commas."),
            click.option("--w", "w", metavar="NUMBERS", help="Weights, separated by commas."),
            click.option("--b", "b", metavar="NUMBER", help="Bias."),
            click.option(
                "-n",
                "n",
                metavar="N",
                help="Number of inputs if no numbers are given; a letter stands for any.",
            ),
            click.option(
                "--activation",
                default="relu",
                show_default=True,
                metavar="NAME",
                help='Activation, with parameters if it takes any: "leaky_relu(0.2)".',
            ),
            click.option("--upstream", metavar="NUMBER", help="Gradient from the next layer.  [default: 1]"),
            click.option(
                "--kink",
                metavar="S",
                help="Derivative at a kink: s in [0, 1] for (1-s)·left + s·right, or error.",
            ),
        )
    ):
        command = option(command)
    return command


def _output_options(*formats: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options that say how and where to print."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(
            (
                click.option(
                    "--format",
                    "format_",
                    type=click.Choice(formats),
                    default="text",
                    show_default=True,
                    help="How to print.",
                ),
                click.option(
                    "-o", "output", metavar="FILE", help="Where to write; standard output unless given."
                ),
                click.option("--full", is_flag=True, help="Print the middle of a long derivation too."),
            )
        ):
            command = option(command)
        return command

    return add


@cli.command(context_settings=_WITH_EXAMPLES)
@_neuron_options
@click.option("--learning-rate", metavar="NUMBER", help="Add the gradient-descent step with this rate.")
@click.option("--verify", is_flag=True, help="Judge every step: mathematics, numbers, print read back.")
@click.option("--standalone", is_flag=True, help="With --format latex: a whole file that compiles.")
@_output_options("text", "latex", "markdown", "json")
def neuron(  # noqa: PLR0913 - one argument for each option
    x: str | None,
    w: str | None,
    b: str | None,
    learning_rate: str | None,
    format_: str,
    output: str | None,
    *,
    verify: bool,
    standalone: bool,
    full: bool,
    **model: Any,
) -> int:
    """Derive the backpropagation of one neuron, step by step, with numbers if they are given.

    Numbers are integers, decimals, fractions (-1/3) or scientific (1e-3).

    \b
    symback neuron --x 1,-2,3 --w -3,-1,2 --b 1 --learning-rate 0.001
    symback neuron --x 0.5 --w 2 --b -1 --activation sigmoid --upstream 0.1
    symback neuron -n 3 --format latex --standalone -o neuron.tex
    symback neuron -n 3 --verify
    """
    from symback.core.errors import InputError
    from symback.rendering.document import document
    from symback.rendering.json import to_json
    from symback.rendering.latex import to_latex
    from symback.rendering.markdown import to_markdown

    derivation, given, upstream = derived(x, w, b, **model)
    if given is None and (learning_rate is not None or upstream is not None):
        option = "--learning-rate" if learning_rate is not None else "--upstream"
        raise InputError(f"{option} needs numbers: give --x, --w and --b too")
    numbers = None
    if given is not None:
        rate = None if learning_rate is None else read_numbers(learning_rate, "--learning-rate")[0]
        numbers = derivation.evaluate(given, upstream=upstream).numbers(rate)
    report = derivation.verify() if verify else None
    if format_ == "json":
        _write(to_json(derivation, numbers, None if report is None else report.to_data()), output)
    else:
        arranged = document(derivation, numbers)
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
@_neuron_options
@click.option(
    "--against",
    metavar="METHODS",
    help="Methods, separated by commas: sympy, central, complex, torch, jax, or FILE.py:FUNCTION. "
    "All that are installed unless given.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Which gradients a sample takes.")
@_output_options("text", "latex", "markdown", "json")
def compare(  # noqa: PLR0913 - one argument for each option
    x: str | None,
    w: str | None,
    b: str | None,
    against: str | None,
    seed: int,
    format_: str,
    output: str | None,
    *,
    full: bool,
    **model: Any,
) -> int:
    """Put the symbolic gradients of a neuron beside those of other methods.

    Exit code 1 says that one of them disagrees.

    \b
    symback compare --x 1,-2,3 --w -3,-1,2 --b 1
    symback compare --x 1,-2,3 --w -3,-1,2 --b 1 --against sympy,mine.py:gradients
    """
    from symback.core.errors import InputError
    from symback.rendering.table import table_latex, table_markdown, table_text
    from symback.verification.agreement import comparison_json, comparison_table
    from symback.verification.comparison import compare as compare_gradients

    derivation, given, upstream = derived(x, w, b, **model)
    if given is None:
        raise InputError("compare needs numbers: give --x, --w and --b")
    methods = None if against is None else [method_named(part.strip()) for part in against.split(",")]
    comparison = compare_gradients(derivation, given, against=methods, upstream=upstream, seed=seed)
    report = derivation.verify(seed=seed)
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
