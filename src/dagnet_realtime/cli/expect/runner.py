"""A run of expectations: watches graphs, waits for what may still come, judges.

It also says the exit code.
"""

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from dagnet_realtime.cli.expect.evaluator import AT_END, SO_FAR, Evaluator
from dagnet_realtime.cli.expect.feed import Feed, newest
from dagnet_realtime.cli.expect.files import Issue, SpecFile
from dagnet_realtime.cli.expect.reports import Outcome, Result
from dagnet_realtime.cli.interrupts import Interrupts
from dagnet_realtime.model.graph import Graph
from dagnet_realtime.model.problem import Problem

MET, FAILED, USAGE, INCONCLUSIVE = 0, 1, 2, 3
TIMED_OUT = 124
"""As `timeout(1)` says it."""

KILLED_AFTER = 10.0
"""Seconds that a child has to end after it was asked to."""

KILLED_AGAIN = 1.0
"""Seconds that it has after a second interrupt. GitHub kills a job 2.5 seconds after its second."""

PROC = Path("/proc")
TICK = 0.05

PRESENCE = ("lit", "path", "order", "some", "within", "count", "each", "coverage")
"""Matchers that an event which still comes can meet."""


class Scope(msgspec.Struct, kw_only=True):
    """A test's scope with its final verdicts, for the report."""

    name: str
    graph: str
    verdict: str
    items: list[dict[str, Any]]
    events: int


class Run:
    """Evaluator runs by graph, with the files that are judged on them.

    Other files are only there by name.
    """

    def __init__(
        self, evaluator: Evaluator, judged: Sequence[SpecFile], named: Sequence[SpecFile] = ()
    ) -> None:
        self.evaluator = evaluator
        self.judged = tuple(judged)
        self.named = tuple(named)
        self.started = time.time()
        self.feeds: dict[str, Feed] = {}
        self.scopes: list[Scope] = []
        self.said: list[str] = []

    def open(self, graph: Graph | Mapping[str, Any], name: str, unkept: Mapping[str, str]) -> Feed:
        """Opens the evaluator's run of one graph."""
        files = [
            {"name": file.name, "spec": file.value}
            for file in (*self.judged, *self.named)
            if file.graph == name
        ]
        told = self.evaluator.ask(
            "open",
            msgspec.json.encode(graph).decode(),
            int(self.started * 1000),
            msgspec.json.encode(files).decode(),
            msgspec.json.encode(unkept).decode(),
        )
        feed = self.feeds[name] = Feed(self.evaluator, name, told["run"])
        return feed

    def watch(self, origin: str, key: str, workspace: str, env: str) -> None:
        """On, for every graph. Raises `Problem`."""
        for feed in self.feeds.values():
            feed.start(origin, key, workspace, env)

    def count_up(self) -> None:
        """Learns what the server refused until now."""
        for feed in self.feeds.values():
            feed.count_up()

    def stop(self) -> None:
        """Off."""
        for feed in self.feeds.values():
            feed.stop()

    def lose(self, reason: str) -> None:
        """Something is lost of every graph, and nothing says how much."""
        for feed in self.feeds.values():
            feed.lose(reason)

    def ended_early(self) -> list[str]:
        """Why frames stopped before they were asked to, each reason once."""
        return list(
            dict.fromkeys(
                feed.failure.sentence() for feed in self.feeds.values() if feed.failure is not None
            )
        )

    def settle(self, settle: float, wait: float, since: float, ended: Callable[[], bool]) -> None:
        """Returns after `settle` seconds of quiet.

        While something may still come, it returns `wait` seconds after the last event.
        `since` is when the child ended; `ended` cuts it short.
        """
        while not ended() and not all(feed.over for feed in self.feeds.values()):
            now = time.monotonic()
            last = max(newest(list(self.feeds.values())), since)
            if now - last < settle:
                self._pause(settle - (now - last))
            elif now - last < wait and self.awaits():
                self._pause(min(0.5, wait - (now - last)))
            else:
                return

    def awaits(self) -> bool:
        """Whether an event that still comes could change a verdict for the better."""
        for feed in self.feeds.values():
            if not feed.connected:
                return False
            early = self.evaluator.ask("report", feed.run, SO_FAR)
            end = self.evaluator.ask("report", feed.run, AT_END)
            for now, then in zip(early, end, strict=True):
                if self._is_judged(then["name"]) and any(
                    b["kind"] in PRESENCE
                    and (b["verdict"] == "failed" or not then["events"])
                    and not a["final"]
                    and not then["lacks"]
                    for a, b in zip(now["items"], then["items"], strict=True)
                ):
                    return True
        return False

    def decided(self) -> bool:
        """Whether every expectation that an event can meet has a verdict already."""
        return not any(
            file["waits"] and self._is_judged(file["name"])
            for feed in self.feeds.values()
            for file in self.evaluator.ask("waits", feed.run, "")
        )

    def outcome(self, reason: str = "") -> Outcome:
        """The verdicts at the end; `reason` is why files without a run could not be judged."""
        results: list[Result] = []
        for file in self.judged:
            feed = self.feeds.get(file.graph)
            if file.issues or feed is None:
                results.append(unreadable(file) if file.issues else unjudged(file, reason))
                continue
            told = next(
                one
                for one in self.evaluator.ask("report", feed.run, AT_END)
                if one["name"] == file.name
            )
            results.append(
                Result(
                    name=file.name,
                    graph=file.graph,
                    verdict=told["verdict"],
                    items=told["items"],
                    file=file.name,
                    lines=[file.line_of(item["path"]) for item in told["items"]],
                    coverage=told["coverage"],
                    near_misses=told["nearMisses"],
                    unmapped=told["unmapped"],
                    lacks=told["lacks"],
                    events=told["events"],
                )
            )
        results += [
            Result(
                name=one.name,
                graph=one.graph,
                verdict=one.verdict,
                items=one.items,
                events=one.events,
            )
            for one in self.scopes
        ]
        return Outcome(results=results, started=self.started, ended=time.time(), said=self.said)

    def _is_judged(self, name: str) -> bool:
        return any(file.name == name for file in self.judged)

    def _pause(self, seconds: float) -> None:
        feeds = list(self.feeds.values())
        if len(feeds) == 1:
            feeds[0].wait(min(seconds, 0.5))
        else:
            time.sleep(min(seconds, TICK))


def unreadable(file: SpecFile) -> Result:
    """A file that cannot be judged, as a result of the report."""
    items: list[dict[str, Any]] = [
        {
            "number": n,
            "kind": "file",
            "title": f"{n} line {issue.line}",
            "severity": "fail",
            "path": [],
            "verdict": "inconclusive",
            "final": True,
            "waits": False,
            "text": issue.text,
            "details": [],
            "at": None,
        }
        for n, issue in enumerate(file.issues, 1)
    ]
    return Result(
        name=file.name,
        graph=file.graph or "none",
        verdict="inconclusive",
        items=items,
        file=file.name,
        lines=[issue.line for issue in file.issues],
    )


def code_of(outcome: Outcome) -> int:
    """0 all met, 1 something failed, 3 nothing failed but something is inconclusive."""
    verdicts = {result.verdict for result in outcome.results}
    if "failed" in verdicts:
        return FAILED
    return INCONCLUSIVE if verdicts - {"met"} else MET


def unjudged(file: SpecFile, reason: str) -> Result:
    """A file that nothing can judge, as a result of the report."""
    return unreadable(
        msgspec.structs.replace(file, issues=(*file.issues, Issue(line=1, text=reason)))
    )


class Child:
    """The command that is run: told to end by signals, and killed if it does not."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], stdout: int | None = None
    ) -> None:
        # A background group that reads from the terminal would be stopped, so the child has a
        # group of its own only without a terminal.
        self._grouped = os.name == "posix" and not sys.stdin.isatty()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the command is the user's
                list(command),
                env=dict(environ),
                stdout=stdout,
                start_new_session=False,
                process_group=0 if self._grouped else None,
            )
        except (OSError, ValueError) as error:  # ValueError: a null byte in a variable
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise Problem("not_found", f"{command[0]} cannot be started", reason) from None
        self.stopped_by = 0

    def poll(self) -> int | None:
        """The exit code, 128 + n for a signal n; None while it runs."""
        code = self._process.poll()
        return code if code is None or code >= 0 else 128 - code

    def wait(self, seconds: float) -> int | None:
        """The exit code within `seconds`, else None."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return self.poll()

    def signal(self, number: int) -> None:
        """Hands a signal on to the command and what it started."""
        if self._process.poll() is not None:
            return
        if self._grouped:
            signal_group(self._process.pid, number)
        elif number != signal.SIGINT:  # the terminal has sent that one to the command as well
            self._process.send_signal(number)

    def end(self) -> None:
        """Ends it, at first with a word, then without."""
        self.signal(signal.SIGTERM)
        if self.wait(KILLED_AFTER) is None:
            self.signal(signal.SIGKILL)
            self.wait(KILLED_AFTER)

    def left(self) -> "Left":
        """What the command left running, once it has ended."""
        return Left(self._process.pid if self._grouped and self.poll() is not None else None)


class Left:
    """Processes of an ended command's process group. One that has left the group is not of them."""

    def __init__(self, group: int | None) -> None:
        # A group that is empty by now has given up its number, which may be another's later.
        self._group = group if group is not None and is_alive(group) else None

    def end(self) -> bool:
        """Ends them, at first with a word, then without; whether there were any."""
        group = self._group
        if group is None or not is_alive(group):
            return False
        for number in (signal.SIGTERM, signal.SIGKILL):
            signal_group(group, number)
            until = time.monotonic() + KILLED_AFTER
            while time.monotonic() < until:
                if not is_alive(group):
                    return True
                time.sleep(TICK)
        return True


def signal_group(group: int, number: int) -> None:
    """Sends a signal to a process group, if it is still there and ours."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def is_alive(group: int) -> bool:
    """Whether a process of the group runs. One that has ended and is not yet collected does not."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return not PROC.is_dir() or any(
        (found := _state(stat)) is not None and found[0] not in "ZX" and found[1] == group
        for stat in PROC.glob("[0-9]*/stat")
    )


def _state(stat: Path) -> tuple[str, int] | None:
    """State and process group of a process of Linux; None if it has ended meanwhile."""
    try:
        fields = stat.read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return fields[0].decode(), int(fields[2])


def run_child(
    command: Sequence[str],
    environ: Mapping[str, str],
    timeout: float,
    interrupts: Interrupts,
    watch: Callable[[], str] = str,
    stdout: int | None = None,
) -> tuple[int, str, Left]:
    """Runs a command to its end.

    Returns its code, what has to be said of it ("" if nothing), and what it left running. SIGINT,
    SIGTERM and SIGHUP go to the command; if one came before it, it is not started. A command that
    still runs `KILLED_AGAIN` seconds after a second one is killed: runners of jobs wait no longer
    for a report. `watch` gives a reason to end it early. Then the code is 0, as the command did not
    end by itself. `stdout` is the file descriptor of its standard output, that of this process by
    default.
    """
    if interrupts:
        return 0, f"{interrupts.sentence()} The command was not started.", Left(None)
    child = Child(command, environ, stdout)
    ends, handed, killed = time.monotonic() + timeout, 0, math.inf
    while True:
        code = child.wait(TICK)
        if code is not None:
            left = child.left()
            if interrupts:
                left.end()
            return code, _ending(code, command, interrupts), left
        while handed < len(interrupts.told):
            child.signal(signal.SIGKILL if handed > 1 else interrupts.told[handed])
            handed += 1
            if handed > 1:
                killed = min(killed, time.monotonic() + KILLED_AGAIN)
        if time.monotonic() >= killed:
            child.signal(signal.SIGKILL)
        if time.monotonic() >= ends:
            child.end()
            return (
                TIMED_OUT,
                f"The command did not end within {timeout:g} s and was stopped.",
                child.left(),
            )
        if reason := watch():
            child.end()
            return 0, f"{reason}; the command was stopped.", child.left()


def _ending(code: int, command: Sequence[str], interrupts: Interrupts) -> str:
    if interrupts:
        return f"{interrupts.sentence()} The command ended with {code}."
    if code > 128 and code - 128 in {one.value for one in signal.Signals}:
        return (
            f"The command was ended by {signal.Signals(code - 128).name}, so this ends with {code}."
        )
    return f"The command {Path(command[0]).name} ended with {code}." if code else ""
