"""Channels, sources, and folders under other names."""

import pytest

from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.workspace import DEFAULT_FOLDERS, Channel, Folders, Source


def test_a_channel_reads_as_workspace_and_env() -> None:
    """LOG-2: two environments of one workspace are two channels."""
    assert str(Channel("acme", "prod")) == "acme/prod"
    assert Channel("acme", "prod") != Channel("acme", "dev")


def test_a_source_never_shows_its_secrets() -> None:
    """Neither str nor repr shows a secret."""
    source = Source(
        id="web",
        channel=Channel("acme", "prod"),
        kind="webhook",
        secrets=(Secret("hidden"),),
        write_key=Secret("hidden"),
    )
    assert "hidden" not in f"{source!r} {source}"


RENAMED = Folders(graphs="conversion/graphs", events="definitions", nodes="events")


@pytest.mark.parametrize(
    ("known", "actual"),
    [
        ("graphs/a.json", "conversion/graphs/a.json"),
        ("events/a.yaml", "definitions/a.yaml"),
        ("nodes/a.yaml", "events/a.yaml"),
        ("events-index.yaml", "events-index.yaml"),
        ("parameters/p.yaml", "parameters/p.yaml"),
    ],
)
def test_a_file_is_known_by_dagnets_names_wherever_it_lies(known: str, actual: str) -> None:
    """GRA-28: names are mapped there and back; a file elsewhere keeps its path."""
    assert RENAMED.actual(known) == actual
    assert RENAMED.known(actual) == known
    assert DEFAULT_FOLDERS.actual(known) == DEFAULT_FOLDERS.known(known) == known
