"""`tail`: the live view in a terminal, or plain lines in a pipe."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dagnet_realtime.cli.tail_state import TailState, printable
from dagnet_realtime.model.problem import Problem

if TYPE_CHECKING:
    from rich.console import Console

    from dagnet_realtime.cli.api_client import ApiClient
    from dagnet_realtime.model.frame import Frame, TapLine


def tail(
    log: Annotated[
        Path | None,
        typer.Argument(metavar="[LOG]", help="A session log to read instead of a server."),
    ] = None,
    url: Annotated[str, typer.Option(help="The server; by default the one on this machine.")] = "",
    workspace: Annotated[
        str, typer.Option(metavar="ID/ENV", help="Which workspace; the first by default.")
    ] = "",
    graph: Annotated[str, typer.Option(help="Which graph; the first by default.")] = "",
    filter: Annotated[
        str, typer.Option("--filter", help="As in the browser: type:track device:mobile price>10")
    ] = "",
    trace: Annotated[str, typer.Option(help="Only the trace of this token.")] = "",
    key_file: Annotated[
        Path | None, typer.Option(metavar="F", help="The key that `serve --key-file F` wrote.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0, help="Stop after so many seconds; 0 = at Ctrl-C.")
    ] = 0,
) -> None:
    """Show the live view in a terminal; in a pipe, one line per event.

    \b
    Example:
      dagnet-realtime tail --graph checkout --filter "type:track" | grep purchase
    """
    terms = " ".join(term for term in (filter, f"trace:{trace}" if trace else "") if term)
    if log is not None:
        if terms or url or workspace or graph:
            raise typer.BadParameter(
                "a session log is read as it was watched; its lines can be searched with grep"
            )
        for line in read_log(log):
            print(line)
        return
    from dagnet_realtime.cli.api_client import ApiClient

    where, key = found(url, key_file)
    with ApiClient(where, key) as remote, suppress(KeyboardInterrupt):
        live = open_session(remote, workspace, graph, terms)
        display(live, with_deadline(remote.frames(), seconds), terminal=sys.stdout.isatty())


def found(url: str, key_file: Path | None) -> tuple[str, str]:
    """The server and its key. Raises `Problem("not_found")` if none is known."""
    from dagnet_realtime.cli.endpoint import parse_url, warn_of_password
    from dagnet_realtime.cli.server_state import find, state_folder

    if url:
        parse_url(url, "Give the server's, such as http://127.0.0.1:8765")
        warn_of_password(
            "--url", url, "Leave it out: the server asks for a key, which --key-file names"
        )
    beside = find(state_folder(os.environ), url)
    where = url or (beside.url if beside else "")
    if not where:
        raise Problem(
            "not_found",
            "No server, or more than one, runs on this machine",
            remedy="Name it with --url",
        )
    if key_file is None:
        return where, beside.key() if beside else ""
    try:
        return where, key_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise Problem(
            "not_found",
            f"{key_file} holds no key",
            remedy="Start the server with --key-file, and name that file",
        ) from None


def open_session(remote: "ApiClient", workspace: str, graph: str, terms: str) -> TailState:
    """Opens a watch session on the named graph, else on the first."""
    listed: list[dict[str, Any]] = remote.request("GET", "/api/workspaces").get("workspaces", [])
    chosen = next(
        (one for one in listed if workspace in ("", one["id"], f"{one['id']}/{one['env']}")), None
    )
    if chosen is None:
        raise Problem(
            "not_found",
            f"There is no workspace {workspace}",
            remedy=f"Choose one of {names(one['id'] for one in listed)}",
        )
    graphs = [one["name"] for one in chosen["graphs"]]
    lit = [
        one["name"] for one in sorted(chosen["graphs"], key=lambda one: -one.get("can_light", 0))
    ]
    name = graph or next(iter(lit), "")
    if name not in graphs:
        raise Problem(
            "not_found", f"There is no graph {name}", remedy=f"Choose one of {names(graphs)}"
        )
    wire = remote.graph(chosen["id"], chosen["env"], name)
    labels = {node["uuid"]: node["label"] or node["id"] or node["uuid"] for node in wire["nodes"]}
    remote.watch(chosen["id"], chosen["env"], name, terms)
    return TailState(labels, wire.get("title") or name)


def names(all: Iterable[str]) -> str:
    """Names in one line."""
    return ", ".join(all) or "none"


def with_deadline(frames: "Iterator[Frame | None]", seconds: float) -> "Iterator[Frame | None]":
    """The frames of the next `seconds` (0: all); ends at the first frame after them."""
    import time

    ends = time.monotonic() + seconds if seconds else float("inf")
    for frame in frames:
        yield frame
        if time.monotonic() >= ends:
            return


def display(
    live: TailState,
    frames: "Iterable[Frame | None]",
    *,
    terminal: bool,
    console: "Console | None" = None,
) -> None:
    """Draws in a terminal, or prints lines in a pipe."""
    if not terminal:
        for frame in frames:
            for line in live.apply(frame):
                print(line, flush=True)
        return
    from rich.console import Console
    from rich.live import Live as Screen

    console = console or Console()
    with Screen(console=console, auto_refresh=False, screen=True) as screen:
        for frame in frames:
            live.apply(frame)
            screen.update(live.render(console.size.height), refresh=True)


def read_log(path: Path) -> Iterator[str]:
    """The lines of a session log; unreadable ones are skipped and counted.

    Raises `Problem("invalid")` if it is not a session log.
    """
    import msgspec

    from dagnet_realtime.cli.send import read
    from dagnet_realtime.core.json_text import split_lines
    from dagnet_realtime.model.frame import LogLine, SessionLogHeader, TapLine

    first, *lines = split_lines(read(path).removeprefix("\ufeff")) or [""]
    try:
        header = msgspec.json.decode(first, type=SessionLogHeader)
    except msgspec.DecodeError as error:
        raise Problem(
            "invalid", f"{path} is not a session log", str(error), "Give a file that Save log wrote"
        ) from None
    nodes = header.definition.nodes if header.definition else ()
    live = TailState(
        {node.uuid: node.label or node.id or node.uuid for node in nodes}, header.graph or path.name
    )
    decoder: msgspec.json.Decoder[LogLine] = msgspec.json.Decoder(LogLine)
    chain = Chain()
    unread = 0
    for line in (line for line in lines if line.strip()):
        try:
            told = decoder.decode(line)
        except msgspec.DecodeError:
            unread += 1
            chain.broken = True
            continue
        if isinstance(told, TapLine):
            yield from tap_lines(live, told)
            continue
        for frame in chain.join(told):
            yield from live.apply(frame)
    if chain.broken:
        yield from live.apply(chain.gap(""))
    if unread:
        yield f"# {unread} lines could not be read"


class Chain:
    """Joins the frames of a session log; broken or missing lines become a gap of unknown size.

    As in the page (ENG-19) a repeated line counts once, and one out of order where it stands.
    """

    def __init__(self) -> None:
        self.broken = False
        self._position = ""
        self._passed: dict[str, str] = {}

    def join(self, frame: "Frame") -> "list[Frame]":
        """The frame, after the gap before it; nothing if the frame is a repeat."""
        from dagnet_realtime.model.frame import Batch, Gap

        if not isinstance(frame, Batch | Gap) or not frame.from_:
            return [frame]
        end = frame.position if isinstance(frame, Batch) else frame.to
        if end == frame.from_:
            return [frame]
        if self._passed.get(frame.from_) == end:
            return []
        fits = frame.from_ == self._position or not self._position
        beside = not fits and (frame.from_ in self._passed or end in self._passed)
        told = [self.gap(frame.from_)] if self.broken or not (fits or beside) else []
        self._passed.setdefault(end, "")
        self._passed[frame.from_] = end
        if not beside:
            self._position = end
        return [*told, frame]

    def gap(self, to: str) -> "Frame":
        """The gap that broken or missing lines leave before `to`."""
        from dagnet_realtime.model.frame import Gap

        self.broken = False
        return Gap(
            from_=self._position,
            to=to,
            missed=None,
            reason="lines of the session log are missing or cannot be read",
        )


def tap_lines(live: TailState, told: "TapLine") -> Iterator[str]:
    """Lines of a tap: its events, and the messages that did not leave the page."""
    yield from (live.line(event) for event in told.events)
    if told.stage in ("failed", "dropped"):
        yield printable(f"# {told.id} {told.stage}: {told.reason or 'unknown reason'}")
