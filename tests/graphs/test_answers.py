"""What may come back from a deployment."""

import pytest

from dagnet_realtime.core.dagnet.unreadable import Unreadable
from dagnet_realtime.graphs.answers import Graph, graph_in


def test_a_graph_comes_in_an_envelope_or_bare() -> None:
    """GRA-20: as DagNet answers, and as it does with `raw=1`."""
    assert graph_in(b'{"success": true, "data": {"sha": "s", "content": {"nodes": []}}}') == Graph(b'{"nodes": []}', "s")
    assert graph_in(b'{"nodes": []}') == Graph(b'{"nodes": []}')


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no graph"),
        (b"<!doctype html>", "no graph"),
        (b'{"nodes": [', "no graph"),
        (b"[1]", "no graph"),
        (b'{"success": "yes", "data": {}}', "no graph"),
        (b'{"success": true, "data": {"sha": 3, "content": {}}}', "no graph"),
        (b'{"success": true, "data": {"sha": "s"}}', "no graph"),
        (b'{"success": true}', "it failed"),
        (b'{"success": false, "data": {"content": {}}}', "it failed"),
        (b'{"success": true, "data": ' + b"[" * 200_000, "(too deeply|no graph)"),
    ],
)
def test_whatever_else_comes_is_said(body: bytes, why: str) -> None:
    """GRA-22: broken, cut, another thing, nested without end."""
    with pytest.raises(Unreadable, match=why):
        graph_in(body)
