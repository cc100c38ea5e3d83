"""Folders by other names."""

import pytest

from dagnet_realtime.model.folders import USUAL, Folders

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
    """GRA-28: there and back; what lies elsewhere keeps its path."""
    assert RENAMED.actual(known) == actual
    assert RENAMED.known(actual) == known
    assert USUAL.actual(known) == USUAL.known(known) == known
