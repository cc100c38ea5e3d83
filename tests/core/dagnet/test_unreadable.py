"""Why a file cannot be read."""

from dagnet_realtime.core.dagnet.unreadable import Unreadable


def test_it_carries_a_clause_that_follows_the_file_name() -> None:
    """GRA-2: an error reads as a sentence with the file's name before it."""
    assert f"a.json {Unreadable('is not UTF-8')}" == "a.json is not UTF-8"
