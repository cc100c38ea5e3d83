"""The program: its commands, its exit codes, and how a `Problem` is printed."""

import os
import sys
from typing import Annotated

import typer

from dagnet_realtime import __version__
from dagnet_realtime.cli import (
    check,
    demo,
    expect,
    function,
    link,
    schema,
    send,
    serve,
    simulate,
    tail,
    token,
    ui,
)
from dagnet_realtime.model.problem import Problem

OK, PROBLEM, USAGE = 0, 1, 2

app = typer.Typer(
    name="dagnet-realtime",
    help="See product events move through a conversion graph, live.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"dagnet-realtime {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """See product events move through a conversion graph, live."""


app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("link")(link.link)
app.command("check")(check.check)
app.command("expect")(expect.expect)
app.command("send")(send.send)
app.command("simulate")(simulate.simulate)
app.command("tail")(tail.tail)
app.add_typer(token.app, name="token")
app.command("ui")(ui.ui)
app.command("function")(function.function)
app.command("schema")(schema.schema)


def main() -> int:
    """Runs the command line.

    Exit codes: 0 success, 1 a problem (one line on stderr), 2 wrong usage.
    """
    output = sys.stdout
    try:
        code = app(standalone_mode=False)
        output.flush()
    except Problem as problem:
        print(f"dagnet-realtime: {problem.sentence()}", file=sys.stderr)
        return PROBLEM
    except (BrokenPipeError, SystemExit) as end:
        if (
            isinstance(end, SystemExit) and sys.stdout is output
        ):  # the reader of the output has closed it
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
        return OK
    except (KeyboardInterrupt, typer.Abort):
        return PROBLEM
    except typer.TyperException as error:
        told = getattr(error, "show", None)
        print(f"Error: {error}", file=sys.stderr) if told is None else told()
        return USAGE
    return code if isinstance(code, int) else OK
