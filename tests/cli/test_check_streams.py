"""`check --config` tries the streams that sources read."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.cli.test_check import root, run
from tests.support.kafka import make_topic, tansu
from tests.support.sockets import free_port

__all__ = ["root"]


def configured(root: Path, server: str, *topics: str) -> Path:
    """A configuration with one stream."""
    file = root / "realtime.toml"
    file.write_text(
        f'[[workspace]]\nid = "shop"\nenv = "prod"\npath = "."\n[[workspace.source]]\nid = "stream"\nkind = "kafka"\n'
        f'servers = ["{server}"]\ntopics = {json.dumps(topics)}\n'
    )
    return file


def test_topics_and_partitions_are_listed(root: Path) -> None:
    """STR-22: topics are listed with their partitions, and a missing topic is an error."""
    with tansu() as server:
        asyncio.run(make_topic(server.address, "one", 1))
        asyncio.run(make_topic(server.address, "three", 3))
        code, text = run("--config", configured(root, server.address, "one", "three"))
        assert code == 0
        assert 'i shop/prod, source "stream": topic one: 1 partition\n' in text
        assert 'i shop/prod, source "stream": topic three: 3 partitions\n' in text
        code, text = run("--config", configured(root, server.address, "one", "absent"))
        assert code == 1
        assert '✗ shop/prod, source "stream": Kafka has no topic absent.' in text


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_a_stream_that_cannot_be_reached_is_an_error(root: Path, flags: tuple[str, ...]) -> None:
    """STR-22: a sentence and the exit code say so; the report as JSON stays JSON."""
    file = configured(root, f"127.0.0.1:{free_port()}", "one")
    code, text = run("--config", file, *flags)
    assert code == 1
    assert "Nothing listens there." in text
    if flags:
        assert json.loads(text[: text.rindex("}") + 1])["errors"] == []
