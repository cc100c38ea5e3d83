"""What the log stores of an event."""

from dagnet_realtime.model.entry import forgotten
from tests.support.entries import entry


def test_who_asked_to_be_forgotten_is_found_once_among_many() -> None:
    """HUB-20: each token once, in an order of its own."""
    entries = [entry("a"), *(entry(id, type="delete", forgets=tokens) for id, tokens in (("b", ("k1.z", "k1.b")), ("c", ("k1.b",))))]
    assert forgotten(entries) == ("k1.b", "k1.z")
    assert forgotten(entries[:1]) == ()
