"""`tail`."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from dagnet_realtime.cli.beside import Beside, remember
from dagnet_realtime.cli.live import Live
from dagnet_realtime.cli.tail import begun, found, lasting, logged, shown
from dagnet_realtime.model.frame import Beat, Gap
from dagnet_realtime.model.problem import Problem


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGNET_REALTIME_STATE_DIR", str(tmp_path))


def test_the_server_on_this_machine_and_its_key_are_found(tmp_path: Path) -> None:
    """CLI-19: `tail` finds the server on this machine and its key by itself."""
    with pytest.raises(Problem, match="No server"):
        found("", None)
    (tmp_path / "k").write_text("key\n")
    remember(tmp_path, Beside("http://127.0.0.1:4711", str(tmp_path / "k"), os.getpid()))
    assert found("", None) == ("http://127.0.0.1:4711", "key")
    assert found("http://other:1", None) == ("http://other:1", "")
    assert found("http://other:1", tmp_path / "k") == ("http://other:1", "key")
    with pytest.raises(Problem, match="holds no key"):
        found("", tmp_path / "gone")


class Remote:
    """A server with one workspace and two graphs."""

    def __init__(self) -> None:
        self.watched: tuple[str, ...] = ()

    def asked(self, method: str, path: str) -> Any:
        """What the server lists."""
        return {"workspaces": [{"id": "shop", "env": "local", "graphs": [{"name": "dark", "can_light": 0}, {"name": "g", "can_light": 2}]}]}

    def graph(self, workspace: str, env: str, name: str) -> Any:
        """Any graph."""
        return {"title": "", "nodes": [{"uuid": "u", "label": "", "id": "n"}]}

    def watch(self, *what: str) -> None:
        """Notes what is watched."""
        self.watched = what


def test_the_first_workspace_and_the_graph_that_can_be_lit_most_are_watched() -> None:
    remote = Remote()
    live = begun(remote, "", "", "type:track")  # type: ignore[arg-type]
    assert remote.watched == ("shop", "local", "g", "type:track")
    assert (live.labels, live.title) == ({"u": "n"}, "g")
    begun(remote, "shop/local", "dark", "")  # type: ignore[arg-type]
    assert remote.watched[2] == "dark"


@pytest.mark.parametrize(("workspace", "graph"), [("other", ""), ("", "gone")])
def test_what_is_not_there_is_told_with_what_is(workspace: str, graph: str) -> None:
    with pytest.raises(Problem, match="There is no") as caught:
        begun(Remote(), workspace, graph, "")  # type: ignore[arg-type]
    assert "Choose one of" in caught.value.remedy


def test_piped_it_prints_one_line_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    shown(Live({}, "x"), [Gap(from_="a", to="b", missed=2, reason="retention"), Beat(now="", position="")], terminal=False)
    assert capsys.readouterr().out == "# missed 2 events: retention\n"


def test_in_a_terminal_it_draws() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100, height=30)
    shown(Live({"n": "Basket"}, "Shop"), [Beat(now="", position="")], terminal=True, console=console)
    assert "Basket" in out.getvalue()


def test_it_can_end_by_itself() -> None:
    frames = [Beat(now="", position="")] * 3
    assert len(list(lasting(iter(frames), 0))) == 3
    assert len(list(lasting(iter(frames), 1e-9))) == 1


def test_a_session_log_is_read(tmp_path: Path) -> None:
    log = tmp_path / "log"
    frames = [{"format": "dagnet-realtime-session-log"}, {"op": "gap", "from": "a", "to": "b", "missed": 1, "reason": "retention"}]
    log.write_text("\n".join(json.dumps(frame) for frame in frames))
    assert list(logged(log)) == ["# missed 1 events: retention"]
    log.write_text("{}\nnonsense")
    with pytest.raises(Problem, match="line 2: this is no frame"):
        list(logged(log))
