"""The command `expect`."""

import os
import sys
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from dagnet_realtime.cli.folder_options import EventsPath, GraphsPath, NodesPath


def _fixtures(wanted: bool) -> None:
    if wanted:
        here = Path(__file__).with_name("playwright")
        print(here if here.is_dir() else Path(__file__).parents[4] / "web" / "playwright")
        raise typer.Exit


def expect(
    specs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[SPEC]... [-- COMMAND]", help="Expectations files; then the command to run."
        ),
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The data repository; that of the files by default."),
    ] = None,
    url: Annotated[str, typer.Option(help="Attach to the server there instead.")] = "",
    key_file: Annotated[
        Path | None,
        typer.Option(metavar="F", help="With --url, the key that `serve --key-file F` wrote."),
    ] = None,
    log: Annotated[
        list[Path] | None, typer.Option(help="Judge a session log instead; several are merged.")
    ] = None,
    record: Annotated[
        str,
        typer.Option(
            metavar="TOKEN|all",
            help="With one --log: print the expectations file that it meets, of a trace or of all.",
        ),
    ] = "",
    for_: Annotated[
        str, typer.Option("--for", metavar="TIME", help="With --url, how long: 60s, 5m.")
    ] = "",
    until_decided: Annotated[
        bool,
        typer.Option("--until-decided", help="With --url, until every expectation has a verdict."),
    ] = False,
    scope: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=VALUE", help="With --url, only events of this identifier."),
    ] = None,
    report: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT=F", help="junit=, json= or md=, and a file or -; repeatable."),
    ] = None,
    save_log: Annotated[
        Path | None, typer.Option(metavar="F", help="Save what was seen as a session log.")
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=TEXT", help="A variable for the command: {url}, {host}, {write_key}."
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The server's port; 0 takes any free one.")
    ] = 0,
    write_key: Annotated[str, typer.Option(help="The write key, if a build has one in it.")] = "",
    settle: Annotated[
        str, typer.Option(metavar="TIME", help="Quiet time before an absence is believed.")
    ] = "",
    wait: Annotated[
        str, typer.Option(metavar="TIME", help="How long a presence may take to come.")
    ] = "",
    timeout: Annotated[
        str, typer.Option(metavar="TIME", help="When the command is stopped.")
    ] = "30m",
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only files of this name.")
    ] = None,
    no_child_code: Annotated[
        bool,
        typer.Option(
            "--no-child-code", help="Exit with the verdicts' code, even if the command failed."
        ),
    ] = False,
    fixtures: Annotated[  # noqa: ARG001 - its callback answers
        bool,
        typer.Option(
            "--fixtures",
            callback=_fixtures,
            is_eager=True,
            help="Print the folder of the Playwright fixtures, for npm install, and exit.",
        ),
    ] = False,
    graphs_path: GraphsPath = "graphs",
    events_path: EventsPath = "events",
    nodes_path: NodesPath = "nodes",
) -> int:
    """Test that a graph sees what it should, while a command runs.

    Exits with 0 if all is met, 1 if something failed, 2 on wrong usage or a file that cannot be
    read, 3 if something is inconclusive, and with the command's own code if that failed.

    \b
    Example:
      dagnet-realtime expect expectations/checkout.yaml -- npx playwright test
    """
    from threading import Thread

    from dagnet_realtime.cli.expect.evaluator import open_evaluator
    from dagnet_realtime.cli.interrupts import Interrupts
    from dagnet_realtime.model.problem import Problem

    stack = ExitStack()
    interrupts = stack.enter_context(Interrupts())
    # The rest is loaded while the JavaScript engine starts.
    modes = "dagnet_realtime.cli.expect.modes"
    Thread(target=import_module, args=(modes,), daemon=True).start()
    evaluator = None
    with suppress(Problem):  # `expect_run` reports why there is none
        evaluator = open_evaluator()
    from dagnet_realtime.cli.expect.modes import Asked, expect_run

    given = [str(spec) for spec in specs or ()]
    files, command = _split(given, sys.argv)
    asked = Asked(
        specs=[Path(one) for one in files],
        command=command,
        workspace=workspace,
        url=url,
        key_file=key_file,
        logs=log or [],
        record=record,
        lasts=_seconds(for_, "--for"),
        until_decided=until_decided,
        scopes=scope or [],
        reports=_formats(report or []),
        save_log=save_log,
        env=_variables(env or []),
        port=port,
        write_key=write_key,
        settle=_seconds(settle, "--settle"),
        wait=_seconds(wait, "--wait"),
        timeout=_seconds(timeout, "--timeout") or 1800.0,
        only=only or [],
        child_code=not no_child_code,
        paths=(graphs_path, events_path, nodes_path),
    )
    with stack:
        return expect_run(asked, os.environ, sys.stdout, evaluator, interrupts)


def _split(given: list[str], words: list[str]) -> tuple[list[str], list[str]]:
    """Files, and the command after the first `--` of the command line."""
    if "--" not in words:
        return given, []
    command = words[words.index("--") + 1 :]
    return given[: len(given) - len(command)], command


def _seconds(text: str, flag: str) -> float | None:
    from dagnet_realtime.config.sources import seconds as read_duration

    if not text:
        return None
    found = read_duration(text)
    if found is None:
        raise typer.BadParameter(f"{flag} is {text}, and must be a duration like 2s or 30m")
    return found


def _formats(reports: list[str]) -> list[str]:
    from dagnet_realtime.cli.expect.reports import is_format

    for one in reports:
        if not is_format(one):
            raise typer.BadParameter(
                f"--report is {one}, and must be junit=FILE, json=FILE or md=FILE; "
                "- is standard output"
            )
    return reports


def _variables(given: list[str]) -> dict[str, str]:
    for one in given:
        if "=" not in one:
            raise typer.BadParameter(f"--env is {one}, and must be NAME=TEXT")
    return dict(one.split("=", 1) for one in given)
