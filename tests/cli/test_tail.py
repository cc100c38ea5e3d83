"""`tail`."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer import BadParameter

from dagnet_realtime.cli.server_state import ServerState, write
from dagnet_realtime.cli.tail import display, found, open_session, read_log, tail, with_deadline
from dagnet_realtime.cli.tail_state import TailState
from dagnet_realtime.model.frame import Gap, Heartbeat
from dagnet_realtime.model.problem import Problem


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGNET_REALTIME_STATE_DIR", str(tmp_path))


def test_the_server_on_this_machine_and_its_key_are_found(tmp_path: Path) -> None:
    """CLI-19: `tail` finds the server on this machine and its key by itself."""
    with pytest.raises(Problem, match="No server"):
        found("", None)
    (tmp_path / "k").write_text("key\n")
    (tmp_path / "k").chmod(0o600)
    write(tmp_path, ServerState("http://127.0.0.1:4711", str(tmp_path / "k"), os.getpid()))
    assert found("", None) == ("http://127.0.0.1:4711", "key")
    assert found("http://other:4711", None) == ("http://other:4711", "")
    assert found("http://localhost:4711", None) == ("http://localhost:4711", "key")
    assert found("http://other:1", tmp_path / "k") == ("http://other:1", "key")
    with pytest.raises(Problem, match="is not an http"):
        found("localhost:4711", None)
    with pytest.raises(Problem, match="holds no key"):
        found("", tmp_path / "gone")


class Remote:
    """A server with one workspace and two graphs."""

    def __init__(self) -> None:
        self.watched: tuple[str, ...] = ()

    def request(self, method: str, path: str) -> Any:
        """What the server lists."""
        return {
            "workspaces": [
                {
                    "id": "shop",
                    "env": "local",
                    "graphs": [{"name": "dark", "can_light": 0}, {"name": "g", "can_light": 2}],
                }
            ]
        }

    def graph(self, workspace: str, env: str, name: str) -> Any:
        """Any graph."""
        return {"title": "", "nodes": [{"uuid": "u", "label": "", "id": "n"}]}

    def watch(self, *what: str) -> None:
        """Notes what is watched."""
        self.watched = what


def test_the_first_workspace_and_the_graph_that_can_be_lit_most_are_watched() -> None:
    remote = Remote()
    live = open_session(remote, "", "", "type:track")  # type: ignore[arg-type]
    assert remote.watched == ("shop", "local", "g", "type:track")
    assert (live.labels, live.title) == ({"u": "n"}, "g")
    open_session(remote, "shop/local", "dark", "")  # type: ignore[arg-type]
    assert remote.watched[2] == "dark"


@pytest.mark.parametrize(("workspace", "graph"), [("other", ""), ("", "gone")])
def test_what_is_not_there_is_reported_with_what_is(workspace: str, graph: str) -> None:
    with pytest.raises(Problem, match="There is no") as caught:
        open_session(Remote(), workspace, graph, "")  # type: ignore[arg-type]
    assert "Choose one of" in caught.value.remedy


def test_piped_it_prints_one_line_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    display(
        TailState({}, "x"),
        [Gap(from_="a", to="b", missed=2, reason="retention"), Heartbeat(now="", position="")],
        terminal=False,
    )
    assert capsys.readouterr().out == "# missed 2 events: retention\n"


def test_in_a_terminal_it_draws() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100, height=30)
    display(
        TailState({"n": "Basket"}, "Shop"),
        [Heartbeat(now="", position="")],
        terminal=True,
        console=console,
    )
    assert "Basket" in out.getvalue()


def test_it_can_end_by_itself() -> None:
    frames = [Heartbeat(now="", position="")] * 3
    assert len(list(with_deadline(iter(frames), 0))) == 3
    assert len(list(with_deadline(iter(frames), 1e-9))) == 1


HEADER = {
    "format": "dagnet-realtime-session-log",
    "graph": "g",
    "definition": {
        "name": "g",
        "file": "",
        "version": "v",
        "nodes": [{"uuid": "u", "label": "Basket"}],
    },
}
EVENT = {
    "id": "m1",
    "type": "track",
    "name": "add",
    "occurred_at": "",
    "arrived_at": "2026-01-02T03:04:05.678Z",
    "source": "page",
    "nodes": ["u"],
}
LINES = [
    {"at": 1, "op": "gap", "from": "a", "to": "b", "missed": 1, "reason": "retention"},
    {
        "at": 2,
        "op": "tap",
        "id": "m1",
        "stage": "called",
        "reason": "",
        "page": "p",
        "events": [EVENT],
    },
    {
        "at": 3,
        "op": "tap",
        "id": "m1",
        "stage": "failed",
        "reason": "no network",
        "page": "p",
        "events": [],
    },
    {"at": 4, "op": "batch", "from": "b", "to": 5},
]


def test_a_session_log_of_both_lanes_is_read_in_the_words_of_its_graph(tmp_path: Path) -> None:
    """CLI-26: a session log of either lane is read; what cannot be read of it is counted."""
    log = tmp_path / "log"
    log.write_text("\n".join(map(json.dumps, (HEADER, *LINES))) + "\n\n")
    missed, added, failed, broken, unread = read_log(log)
    assert (
        broken
        == "# missed an unknown number of events: lines of the session log are missing or cannot be read"
    )
    assert missed == "# missed 1 events: retention"
    assert added.split() == ["03:04:05.678", "add", "Basket", "-"]
    assert (failed, unread) == ("# m1 failed: no network", "# 1 lines could not be read")


def test_a_log_may_hold_any_character_in_a_name(tmp_path: Path) -> None:
    """CLI-26: what other readers take for the end of a line is text."""
    named = LINES[1] | {"events": [EVENT | {"name": "a\u2028b\u0085c"}]}
    log = tmp_path / "log"
    log.write_text(
        "\n".join(json.dumps(line, ensure_ascii=False) for line in (HEADER, named, named))
    )
    assert len(list(read_log(log))) == 2


def batch(number: int) -> dict[str, Any]:
    event = EVENT | {"id": f"m{number}", "name": f"n{number}"}
    return {
        "at": number,
        "op": "batch",
        "from": f"e.{number}",
        "position": f"e.{number + 1}",
        "events": [event],
    }


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([0, 1, 2], ["n0", "n1", "n2"]),
        ([0, None, 2], ["n0", "missed", "n2"]),
        ([0, 2], ["n0", "missed", "n2"]),
        ([0, None], ["n0", "missed"]),
        ([0, 2, 1, 3], ["n0", "missed", "n2", "n1", "n3"]),
        ([0, 1, 1, 0, 2], ["n0", "n1", "n2"]),
        ([1, 0, 2], ["n1", "n0", "n2"]),
    ],
)
def test_lines_that_are_missing_leave_a_gap_of_unknown_size(
    lines: list[int | None], told: list[str], tmp_path: Path
) -> None:
    """ENG-19, CLI-26: missing lines are a gap in their place; lines out of order and doubles count
    once; a byte order mark is skipped.
    """
    log = tmp_path / "log"
    texts = [
        json.dumps(HEADER),
        *("{" if line is None else json.dumps(batch(line)) for line in lines),
    ]
    log.write_text("\ufeff" + "\r\n".join(texts), encoding="utf-8")
    assert [
        line.split()[1]
        for line in read_log(log)
        if "could not be read" not in line or "missed" in line
    ] == told


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"format": "another"}'])
def test_what_is_no_session_log_is_reported(text: str, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(text)
    with pytest.raises(Problem, match="is not a session log"):
        list(read_log(tmp_path / "log"))


def test_a_session_log_is_not_asked_for_what_only_a_server_does(tmp_path: Path) -> None:
    with pytest.raises(BadParameter):
        tail(tmp_path / "log", trace="q_123456")
