"""Running the server for `serve` and `demo`."""

import asyncio
import json
import shlex
from pathlib import Path

import msgspec

from dagnet_realtime.cli.demo import SAMPLE
from dagnet_realtime.cli.running import explanation, first_light, loop_factory, quoted
from dagnet_realtime.config.generated import workspace
from dagnet_realtime.core.names import candidate_names
from dagnet_realtime.graphs.folder import FolderGraphs

SHOP = workspace(SAMPLE, lambda count: b"\x0b" * count)


def test_the_explanation_says_how_to_reach_the_generated_sources() -> None:
    """CLI-8: what was generated is printed: the webhook's URL and secret, the write key, and a line that lights a node."""
    text = "\n".join(explanation(SHOP, "http://127.0.0.1:1"))
    assert "http://127.0.0.1:1/segment/webhook/webhook" in text
    assert "0b" * 16 in text
    assert "curl -u " + "0b" * 12 in text


def test_the_curl_line_lights_a_node() -> None:
    found = first_light(SHOP)
    assert found is not None
    label, body = found
    sent = json.loads(shlex.split(f"curl -d '{quoted(body)}'")[2])
    assert sent == body
    names = candidate_names(sent["type"], sent.get("event"), sent.get("name"), None)
    graphs = FolderGraphs({"shop": SAMPLE}).load().catalogue("shop").graphs.values()
    assert any(label == listen.label and set(names) & set(listen.names) for graph in graphs for listen in graph.listens)


def test_a_workspace_that_nothing_can_light_gets_no_such_line(tmp_path: Path) -> None:
    (tmp_path / "graphs").mkdir()
    dark = msgspec.structs.replace(SHOP, path=str(tmp_path))
    assert first_light(dark) is None
    assert not any("curl" in line for line in explanation(dark, "http://127.0.0.1:1"))


def test_single_quotes_survive_the_shell() -> None:
    written = quoted({"event": "it's"})
    assert shlex.split(f"'{written}'") == ['{"event":"it\'s"}']


def test_the_server_runs_on_uvloop_where_there_is_one() -> None:
    factory = loop_factory()
    loop = factory() if factory else asyncio.new_event_loop()
    loop.close()
