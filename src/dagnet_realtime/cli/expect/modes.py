"""The three ways to judge expectations: around a command, on a running server, on session logs.

Each ends with reports and an exit code, even if something went wrong on the way.
"""

import json
import os
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import msgspec
import typer

from dagnet_realtime.app.factories import read_catalogues
from dagnet_realtime.cli.api_client import ApiClient
from dagnet_realtime.cli.expect.evaluator import AT_END, Evaluator, open_evaluator
from dagnet_realtime.cli.expect.feed import Feed
from dagnet_realtime.cli.expect.files import (
    FOLDER,
    Policy,
    SpecFile,
    find_files,
    read_file,
    real,
    resolve_file,
    unkept,
    workspace_of,
)
from dagnet_realtime.cli.expect.http import ExpectApi, Markers
from dagnet_realtime.cli.expect.reports import Outcome, put_file, terminal, write
from dagnet_realtime.cli.expect.runner import (
    INCONCLUSIVE,
    MET,
    USAGE,
    Run,
    code_of,
    run_child,
    unjudged,
)
from dagnet_realtime.cli.expect.server import OwnServer
from dagnet_realtime.cli.folder_options import folders_from_options
from dagnet_realtime.cli.interrupts import Interrupts
from dagnet_realtime.model.graph import Graph
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import DEFAULT_FOLDERS, Folders

LONGEST_LOG = 512 * 1024 * 1024
LEFT = "The command left processes running; they were stopped."
GZIP = b"\x1f\x8b"
PRESENCE = ("lit", "path", "order", "some", "coverage")
"""Matchers that other people's events can only meet, never fail."""


class Asked(msgspec.Struct, kw_only=True):
    """What the command line asks for; durations are seconds, None leaves them to the files."""

    specs: list[Path]
    command: list[str] = []
    workspace: Path | None = None
    url: str = ""
    key_file: Path | None = None
    logs: list[Path] = []
    record: str = ""
    lasts: float | None = None
    until_decided: bool = False
    scopes: list[str] = []
    reports: list[str] = []
    save_log: Path | None = None
    env: dict[str, str] = {}
    port: int = 0
    write_key: str = ""
    settle: float | None = None
    wait: float | None = None
    timeout: float = 1800.0
    only: list[str] = []
    child_code: bool = True
    paths: tuple[str, str, str] = ("graphs", "events", "nodes")


def expect_run(
    asked: Asked,
    environ: Mapping[str, str],
    out: TextIO,
    evaluator: Evaluator | None = None,
    interrupts: Interrupts | None = None,
    err: TextIO | None = None,
) -> int:
    """Judges, reports, and returns the exit code. It ends `evaluator`, if one is given.

    `interrupts` are those that came until now, and come. `out` is standard output: it holds a
    report alone if one goes there, and everything else is written to `err`.
    """
    err = err or sys.stderr
    _check_usage(asked)
    with ExitStack() as stack:
        if interrupts is None:
            interrupts = stack.enter_context(Interrupts())
        run: Run | None = None
        try:
            evaluator = stack.enter_context(evaluator or open_evaluator())
            if asked.record:
                return _recorded(asked, evaluator, out)
            folder = _expanded(asked.workspace or workspace_of(asked.specs))
            run = Run(evaluator, *_files(asked, folder, evaluator))
            if asked.logs:
                outcome = _from_logs(asked, run, interrupts)
            elif asked.url:
                outcome = _attached(asked, run, interrupts)
            else:
                outcome = _around(asked, run, folder, environ, interrupts)
        except Problem as problem:
            if asked.record:
                raise
            outcome = _broken_off(asked, run, problem)
        except (typer.BadParameter, typer.Exit):
            raise
        except Exception as error:  # noqa: BLE001  # a fault of ours keeps no report back either
            traceback.print_exc(file=err)
            fault = Problem("unavailable", "The run broke off by a fault", repr(error)[:500])
            outcome = _broken_off(asked, run, fault)
        return _report(asked, outcome, environ, out, err)


def _expanded(path: Path) -> Path:
    """The path without `~`; as it is if there is no such user."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def _recorded(asked: Asked, evaluator: Evaluator, out: TextIO) -> int:
    """Prints the expectations file of a log."""
    (path,) = asked.logs
    token = "" if asked.record == "all" else asked.record
    out.write(_told_of(path, evaluator, "record", _log(path), token)["text"])
    return MET


def _nothing_judged(asked: Asked, problem: Problem) -> Outcome:
    """The outcome if no file could even be read."""
    files = [SpecFile(path=path, name=path.as_posix()) for path in asked.specs]
    now = time.time()
    return Outcome(
        results=[unjudged(file, problem.sentence()) for file in files],
        started=now,
        ended=now,
        said=[problem.sentence()],
        code=USAGE,
    )


def _check_usage(asked: Asked) -> None:
    ways = [bool(asked.command), bool(asked.url), bool(asked.logs)]
    if sum(ways) != 1:
        raise typer.BadParameter("give one of: a command after --, --url, or --log")
    if asked.url and asked.lasts is None and not asked.until_decided:
        raise typer.BadParameter("--url needs --for or --until-decided, to know when it ends")
    if not asked.url and (asked.lasts is not None or asked.until_decided or asked.scopes):
        raise typer.BadParameter("--for, --until-decided and --scope go with --url")
    if asked.record and (len(asked.logs) != 1 or asked.specs):
        raise typer.BadParameter("--record takes one --log, and no expectations file")
    if (asked.url or asked.logs) and not asked.specs and not asked.record:
        raise typer.BadParameter("name the expectations files that are to be judged")
    _check_written(asked)


def _destinations(asked: Asked) -> list[str]:
    """Where the reports go: paths, `-` for standard output."""
    return [one.partition("=")[2] for one in asked.reports]


def _check_written(asked: Asked) -> None:
    """Raises `typer.BadParameter` if a file would be written twice, or over one that is read."""
    reports = _destinations(asked)
    if reports.count("-") > 1:
        raise typer.BadParameter("one report goes to standard output; give the others a file")
    written = [_expanded(Path(one)) for one in reports if one != "-"]
    if asked.save_log is not None:
        written.append(asked.save_log)
    read = {real(path) for path in (*asked.specs, *asked.logs)}
    seen: set[Path] = set()
    for path in written:
        place = real(path)
        if place in read:
            raise typer.BadParameter(f"{path} is read, and would be written over")
        if place in seen and not (path.exists() and not path.is_file()):
            raise typer.BadParameter(f"{path} would be written twice; name two files")
        seen.add(place)


def _files(
    asked: Asked, folder: Path, evaluator: Evaluator
) -> tuple[list[SpecFile], list[SpecFile]]:
    """The files that are judged on the whole run, and those that tests may ask for by name."""
    specs = [path for path in asked.specs if not asked.only or path.stem in asked.only]
    if asked.only and not specs:
        raise typer.BadParameter(f"--only names none of the files: {', '.join(asked.only)}")
    judged = [read_file(path, evaluator) for path in specs]
    known = {real(path) for path in asked.specs}
    named = [
        read_file(path, evaluator, f"{FOLDER}/{path.name}")
        for path in find_files(folder)
        if real(path) not in known
    ]
    return judged, [file for file in named if not file.issues]


def _broken_off(asked: Asked, run: Run | None, problem: Problem) -> Outcome:
    """The outcome of a run that a problem ended: what can be judged still is."""
    if run is None:
        return _nothing_judged(asked, problem)
    run.said.append(problem.sentence())
    try:
        run.lose("the run broke off")
        outcome = run.outcome(problem.sentence())
    except Problem:  # nothing judges any more
        results = [unjudged(file, problem.sentence()) for file in run.judged]
        outcome = Outcome(results=results, started=run.started, ended=time.time(), said=run.said)
    outcome.code = USAGE
    return outcome


def _report(
    asked: Asked, outcome: Outcome, environ: Mapping[str, str], out: TextIO, err: TextIO
) -> int:
    """Writes the reports and says the outcome; what cannot be written keeps nothing else back."""
    report, commands, unwritten = write(outcome, asked.reports, environ, Path.cwd())
    failed = _print(report, out, "utf-8") if report else ""
    # The command may have left its last line open.
    lines = ([""] if asked.command else []) + terminal(outcome) + [*commands, *unwritten]
    if report:
        _print("".join(f"{line}\n" for line in lines), err)
    else:
        failed = _print("".join(f"{line}\n" for line in lines), out)
    if failed:
        _print(f"dagnet-realtime: standard output cannot be written: {failed}\n", err)
    return outcome.code or (USAGE if unwritten or failed else MET)


def _print(text: str, out: TextIO, encoding: str = "") -> str:
    """Prints text, in the encoding of `out` if none is given.

    Returns why it cannot be printed, "" if it can or its reader has gone.
    """
    encoding = encoding or out.encoding or "utf-8"
    content = text.encode(encoding, "replace")
    binary = getattr(out, "buffer", None)
    try:
        if binary is None:
            out.write(content.decode(encoding))
        else:
            out.flush()
            binary.write(content)
        out.flush()
    except OSError as error:
        # What is left in the buffer must not fail at the end of the process.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        return "" if isinstance(error, BrokenPipeError) else error.strerror or type(error).__name__
    return ""


def _resolved(run: Run, graphs: Mapping[str, Graph], policy: Policy) -> bool:
    """Whether every judged file can be judged; those that are only named and cannot are let go."""
    for file in run.judged:
        resolve_file(file, graphs, policy, run.evaluator)
    run.named = tuple(
        file for file in run.named if not resolve_file(file, graphs, policy, run.evaluator).issues
    )
    return not any(file.issues for file in run.judged)


def _waits(asked: Asked, run: Run) -> tuple[float, float]:
    """The longest settle and wait of the files, unless the command line says another."""
    settle = max((file.settles for file in run.judged), default=2.0)
    wait = max((file.waits for file in run.judged), default=10.0)
    return (
        settle if asked.settle is None else asked.settle,
        wait if asked.wait is None else asked.wait,
    )


def _around(
    asked: Asked, run: Run, folder: Path, environ: Mapping[str, str], interrupts: Interrupts
) -> Outcome:
    """A server of its own, and the command; the server ends after the command."""
    layout: Folders = folders_from_options(*asked.paths, unused=False)
    name = real(folder).name
    graphs = dict(read_catalogues({name: folder}, layout)[name].graphs) if folder.is_dir() else {}
    if not _resolved(run, graphs, Policy()):
        return _unjudged(run)
    watched = list(
        dict.fromkeys(file.graph for file in (*run.judged, *run.named))
    ) or _largest_first(graphs)
    if not watched:
        raise Problem(
            "not_found",
            f"{folder} holds no graph",
            remedy="Name a DagNet data repository with --workspace",
        )
    read = sorted({path for file in (*run.judged, *run.named) for path in file.paths})
    with ExitStack() as stack:
        server = stack.enter_context(
            OwnServer(
                folder, layout=layout, port=asked.port, write_key=asked.write_key, properties=("*",)
            )
        )
        for graph in watched:
            feed = run.open(graphs[graph], graph, unkept(read, Policy()))
            feed.saves = asked.save_log is not None
        stack.callback(run.stop)
        channel = server.workspace.channel
        run.watch(server.origin, server.key, channel.workspace, channel.env)
        markers = stack.enter_context(Markers(server.origin, server.write_key))
        api = stack.enter_context(ExpectApi(run, markers.send))
        code, said, left = run_child(
            asked.command,
            _child_environ(environ, asked.env, server, api),
            asked.timeout,
            interrupts,
            lambda: (
                f"The server ended during the run: {failed}" if (failed := server.failure()) else ""
            ),
            # Standard output holds the report alone, if one goes there.
            sys.stderr.fileno() if "-" in _destinations(asked) else None,
        )
        stack.callback(left.end)
        settle, wait = _waits(asked, run)

        def ended() -> bool:
            return bool(interrupts) or bool(server.failure())

        # What the command left running may still send.
        run.settle(settle, wait, time.monotonic(), ended)
        if left.end():
            run.said.append(LEFT)
            run.settle(settle, settle, time.monotonic(), ended)
        if said or interrupts:
            run.said.append(said or interrupts.sentence())
        if interrupts:
            run.lose("the run was interrupted")
        if failed := server.failure():
            run.lose(f"the server ended during the run: {failed}")
        else:
            run.count_up()
        api.end_all()
        run.stop()
        outcome = _ended(asked, run)
        if failed and outcome.code == MET:
            outcome.code = INCONCLUSIVE
    if not run.judged and not run.scopes:
        nothing = Problem(
            "invalid",
            "Nothing was expected",
            "No file was named, and the command asked for nothing",
            "Name an expectations file, or use a fixture in the tests",
        )
        outcome.said.append(nothing.sentence())
        outcome.code = USAGE
    if code and asked.child_code:
        verdict = "all expectations are met" if outcome.code == MET else outcome.sentence()
        outcome.said.append(f"The command's own code is kept; {verdict}.")
        outcome.code = code
    return outcome


def _largest_first(graphs: Mapping[str, Graph]) -> list[str]:
    """The graphs' names, first of all the one that most events light: a check names none."""
    return sorted(graphs, key=lambda one: -len(graphs[one].listens))


@contextmanager
def serve_fixtures(folder: str) -> Iterator[dict[str, str]]:
    """A server and the HTTP of a run on a data repository, for a test runner's fixtures.

    Gives the variables that name them.
    """
    place = Path(folder).expanduser()
    name = real(place).name
    with ExitStack() as stack:
        evaluator = stack.enter_context(open_evaluator())
        server = OwnServer(place, layout=DEFAULT_FOLDERS, properties=("*",))
        graphs = dict(read_catalogues({name: place})[name].graphs)
        named = [read_file(path, evaluator, f"{FOLDER}/{path.name}") for path in find_files(place)]
        run = Run(evaluator, [], [file for file in named if not file.issues])
        _resolved(run, graphs, Policy())
        stack.enter_context(server)
        for graph in _largest_first(graphs):
            run.open(graphs[graph], graph, {})
        stack.callback(run.stop)
        channel = server.workspace.channel
        run.watch(server.origin, server.key, channel.workspace, channel.env)
        markers = stack.enter_context(Markers(server.origin, server.write_key))
        api = stack.enter_context(ExpectApi(run, markers.send))
        yield {
            name: value
            for name, value in _child_environ({}, {}, server, api).items()
            if name.startswith("DAGNET_EXPECT_")
        }


def _attached(asked: Asked, run: Run, interrupts: Interrupts) -> Outcome:
    """A watcher of a running server, as any other."""
    from dagnet_realtime.cli.tail import found

    origin, key = found(asked.url, asked.key_file)
    if not asked.scopes:
        _only_presence(run)
    with ApiClient(origin, key) as client:
        listed: list[dict[str, Any]] = client.request("GET", "/api/workspaces").get(
            "workspaces", []
        )
        chosen = _place(listed, {file.graph for file in run.judged}, asked.workspace)
        wires: dict[str, Any] = {}
        for name in dict.fromkeys(file.graph for file in run.judged):
            if any(one["name"] == name for one in chosen["graphs"]):
                wires[name] = client.graph(chosen["id"], chosen["env"], name)
        graphs = {name: msgspec.convert(wire, Graph, strict=False) for name, wire in wires.items()}
        if not _resolved(run, graphs, Policy()):
            return _unjudged(run)
        for name, graph in graphs.items():
            feed = run.open(graph, name, {})
            feed.saves = asked.save_log is not None
        with ExitStack() as stack:
            stack.callback(run.stop)
            run.watch(origin, key, chosen["id"], chosen["env"])
            _check_carried(run)
            scoped = _claimed(asked, run, client) if asked.scopes else []
            settle, wait = _waits(asked, run)
            _last(asked, run, interrupts, scoped, wait)
            if not asked.until_decided:
                run.settle(
                    settle,
                    wait if asked.wait is not None else settle,
                    time.monotonic(),
                    lambda: bool(interrupts),
                )
            if interrupts:
                run.said.append(interrupts.sentence())
                run.lose("the run was interrupted")
            run.said += [f"The watch ended early: {one}" for one in run.ended_early()]
            run.count_up()
            run.stop()
            return _scoped(asked, run, scoped) if scoped else _ended(asked, run)


def _from_logs(asked: Asked, run: Run, interrupts: Interrupts) -> Outcome:
    """Session logs, merged by message id; the graph is the one that they hold."""
    texts = [_log(path) for path in asked.logs]
    heads = [
        _told_of(path, run.evaluator, "head", text)
        for path, text in zip(asked.logs, texts, strict=True)
    ]
    for path, head in zip(asked.logs, heads, strict=True):
        if not head.get("definition"):
            raise Problem(
                "invalid", f"{path} holds no graph", "It was saved without its definition"
            )
    graphs = {
        head["graph"]: msgspec.convert(head["definition"], Graph, strict=False) for head in heads
    }
    if not _resolved(run, graphs, Policy()):
        return _unjudged(run)
    for name in dict.fromkeys(file.graph for file in run.judged):
        feed = run.open(graphs[name], name, {})
        told: dict[str, Any] = {}
        mine = [
            (path, text)
            for path, text, head in zip(asked.logs, texts, heads, strict=True)
            if head["graph"] == name
        ]
        for n, (path, text) in enumerate(mine):
            if interrupts:
                break
            told = _told_of(path, run.evaluator, "takeLog", feed.run, text, str(n))
            if told["thinned"] and len(mine) > 1:
                raise Problem(
                    "invalid",
                    f"{path} cannot be merged",
                    "It was thinned: it counts events that it does not hold",
                    "Save it from a server that carries all",
                )
            if told["skipped"]:
                lines = "1 line" if told["skipped"] == 1 else f"{told['skipped']} lines"
                run.said.append(f"{lines} of {path} could not be read.")
    if interrupts:
        run.said.append(interrupts.sentence())
        run.lose("the run was interrupted")
    return _ended(asked, run)


def _ended(asked: Asked, run: Run) -> Outcome:
    outcome = run.outcome()
    outcome.code = code_of(outcome)
    return _saved(asked, run, outcome)


def _saved(asked: Asked, run: Run, outcome: Outcome) -> Outcome:
    """The outcome, once the log is saved that was asked for."""
    if asked.save_log is None:
        return outcome
    try:
        _save(asked.save_log, run)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        run.said.append(f"The log {asked.save_log} cannot be saved: {reason}.")
        outcome.code = outcome.code or USAGE
    return outcome


def _unjudged(run: Run) -> Outcome:
    reason = "Nothing was judged: a file of expectations is wrong."
    outcome = run.outcome(reason)
    outcome.said.append(reason)
    outcome.code = USAGE
    return outcome


def _child_environ(
    environ: Mapping[str, str], templates: Mapping[str, str], server: OwnServer, api: ExpectApi
) -> dict[str, str]:
    host = f"{urlsplit(server.origin).netloc}/v1"
    words = {
        "url": server.origin,
        "host": host,
        "write_key": server.write_key,
        "expect_url": api.url,
    }
    made = dict(environ) | {
        "DAGNET_EXPECT_URL": api.url,
        "DAGNET_EXPECT_KEY": api.key,
        "DAGNET_EXPECT_SERVER": server.origin,
        "DAGNET_EXPECT_SEGMENT_HOST": host,
        "DAGNET_EXPECT_WRITE_KEY": server.write_key,
    }
    for name, template in templates.items():
        text = template
        for word, value in words.items():
            text = text.replace("{" + word + "}", value)
        made[name] = text
    return made


def _only_presence(run: Run) -> None:
    """Raises `typer.BadParameter` for what other people's events can fail or spoil."""
    for file in run.judged:
        for one in file.value.get("expect", []) if isinstance(file.value, dict) else []:
            kind = (
                next(
                    (
                        key
                        for key in one
                        if key in (*PRESENCE, "dark", "within", "count", "each", "never")
                    ),
                    "",
                )
                if isinstance(one, dict)
                else ""
            )
            fine = kind in PRESENCE or (
                kind == "count" and set(one) <= {"count", "min", "name", "severity"}
            )
            if kind and (not fine or one.get("of") == "every"):
                raise typer.BadParameter(
                    f"{file.name}: `{kind}` rests on an absence, and on a running server other "
                    "people's events are in view; name the visitor with --scope anonymousId=…"
                )
        policy = file.value.get("policy") if isinstance(file.value, dict) else None
        rules = policy if isinstance(policy, dict) else {}
        if rules.get("near_misses", "fail") == "fail" or rules.get("unmapped", "warn") == "fail":
            raise typer.BadParameter(
                f"{file.name}: its policy fails for any visitor's events; write "
                "near_misses: warn, or name a visitor with --scope"
            )


def _place(
    listed: Sequence[Mapping[str, Any]], graphs: set[str], workspace: Path | None
) -> Mapping[str, Any]:
    """The workspace that has the graphs, of those that may be watched."""
    wanted = str(workspace) if workspace is not None else ""
    fitting = [one for one in listed if wanted in ("", one["id"], f"{one['id']}/{one['env']}")]
    found = next(
        (one for one in fitting if graphs <= {each["name"] for each in one["graphs"]}), None
    )
    if found is None and not fitting:
        raise Problem("not_found", "The server has no workspace that may be watched")
    return found or fitting[0]


def _check_carried(run: Run) -> None:
    """Raises `Problem("invalid")` for properties that the server does not carry."""
    for file in run.judged:
        posture = run.feeds[file.graph].policy
        policy = Policy(
            properties=tuple(posture.get("properties", ())),
            deny=tuple(posture.get("deny", ())),
            open=False,
        )
        for path, why in unkept(file.paths, policy).items():
            raise Problem(
                "invalid",
                f"{file.name} expects something of `{path}`, which is not carried here",
                why,
                "Add it to `properties` of the workspace, or take it out",
            )


def _claimed(asked: Asked, run: Run, client: ApiClient) -> list[tuple[SpecFile, str]]:
    """Checks of the files in a scope of the identifiers that were named."""
    for feed in run.feeds.values():
        run.evaluator.ask("scope", feed.run, "asked")
        for one in asked.scopes:
            kind, sign, value = one.partition("=")
            if not sign or not kind or not value:
                raise typer.BadParameter(
                    f"--scope is {one}, and must be KIND=VALUE, like anonymousId=…"
                )
            told = client.request(
                "POST", f"/api/watch/{feed.session}/follow", {"kind": kind, "value": value}
            )
            for token in told.get("tokens", []):
                run.evaluator.ask(
                    "claim", feed.run, "asked", token if isinstance(token, str) else token["token"]
                )
    for file in run.judged:
        run.evaluator.ask(
            "check", run.feeds[file.graph].run, "asked", file.name, json.dumps({"file": file.name})
        )
    return [(file, file.name) for file in run.judged]


def _last(
    asked: Asked,
    run: Run,
    interrupts: Interrupts,
    scoped: Sequence[tuple[SpecFile, str]],
    wait: float,
) -> None:
    """Waits as long as was asked for, and while something may still come.

    If that is until all is decided, a server that is away for `wait` seconds ends it.
    """
    ends = time.monotonic() + (asked.lasts if asked.lasts is not None else asked.timeout)
    while (left := ends - time.monotonic()) > 0 and not interrupts:
        if asked.until_decided and (_scope_decided(run, scoped) if scoped else run.decided()):
            return
        waiting = next((feed for feed in run.feeds.values() if not feed.over), None)
        if waiting is None:
            return
        if asked.until_decided and any(feed.away > wait for feed in run.feeds.values()):
            run.said.append(
                f"The watch ended early: the server could not be reached for {wait:g} seconds."
            )
            return
        waiting.wait(min(left, 0.25))


def _scope_decided(run: Run, scoped: Sequence[tuple[SpecFile, str]]) -> bool:
    return not any(
        run.evaluator.ask("waits", run.feeds[file.graph].run, check)["waits"]
        for file, check in scoped
    )


def _scoped(asked: Asked, run: Run, scoped: Sequence[tuple[SpecFile, str]]) -> Outcome:
    """The outcome with the verdicts of the scope in place of the whole run's."""
    outcome = run.outcome()
    for result, (file, check) in zip(outcome.results, scoped, strict=True):
        feed: Feed = run.feeds[file.graph]
        told = run.evaluator.ask("verdict", feed.run, check, AT_END)
        quiet = run.evaluator.ask("quiet", feed.run, "asked")
        result.verdict, result.items = told["verdict"], told["items"]
        result.events = quiet["events"]
        result.coverage, result.near_misses, result.unmapped = None, [], []
    outcome.code = code_of(outcome)
    return _saved(asked, run, outcome)


def _told_of(path: Path, evaluator: Evaluator, name: str, *values: object) -> Any:
    """What the evaluator answers about a log; a `Problem` names the file."""
    try:
        return evaluator.ask(name, *values)
    except Problem as problem:
        title = f"{path}: {problem.title}"
        raise Problem(problem.code, title, problem.detail, problem.remedy) from None


def _log(path: Path) -> str:
    try:
        if path.stat().st_size > LONGEST_LOG:
            raise Problem("too_large", f"{path} is larger than 512 MiB")
        content = path.read_bytes()
    except OSError as error:
        raise Problem("not_found", f"{path} cannot be read", error.strerror or "") from None
    if content.startswith(GZIP):
        raise Problem("invalid", f"{path} is compressed", remedy="Unpack it with gunzip first")
    if not content.strip():
        raise Problem("invalid", f"{path} is empty", "A session log has a header at least")
    return content.decode(errors="replace")


def _save(path: Path, run: Run) -> None:
    """A session log of each graph; several graphs have their names before the ending."""
    for name, feed in run.feeds.items():
        target = path if len(run.feeds) == 1 else path.with_stem(f"{path.stem}-{name}")
        definition = run.evaluator.ask("definition", feed.run)
        header = {
            "format": "dagnet-realtime-session-log",
            "version": 1,
            "graph": name,
            "graph_version": definition["version"],
            "watch_session_id": feed.session,
            "started_at": _iso(run.started),
            "policy": feed.policy,
            "definition": definition,
            "binds": {},
        }
        lines = [msgspec.json.encode(header), *feed.frames]
        target.parent.mkdir(parents=True, exist_ok=True)
        put_file(target, b"\n".join(lines) + b"\n")


def _iso(at: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
