"""Entries as a stream holds them."""

from dagnet_realtime.core.codec import ERASED, encode_entry
from dagnet_realtime.logs.redis_entries import arguments, fingerprint, position, stored, stretch
from tests.support.entries import entry


def test_a_fingerprint_is_the_same_everywhere() -> None:
    """LOG-3: a retry that reaches another process is known."""
    assert fingerprint("m1").hex() == "d11f79d4b490b654"
    assert fingerprint("m1") != fingerprint("m2")


def test_a_hole_is_a_forgotten_person() -> None:
    """LOG-12: the offsets around it stay."""
    one, three = encode_entry(entry("m1")), encode_entry(entry("m3"))
    raw = [(b"5-1000", [b"e", one]), (b"7-1001", [b"e", three, b"r", b""]), (b"8-1001", [b"other", three])]
    assert stored(raw, b"e") == [(5, one, False), (7, three, True)]
    assert stretch(stored(raw, b"e"), 4, 7) == (entry("m1"), ERASED, entry("m3", flags=("maybe_repeat",)))


def test_only_what_may_be_flagged_tells_when_it_was_received() -> None:
    """LOG-4: one flagged already needs no second flag."""
    given = arguments([entry("m1"), entry("m2", segment_received_at=7), entry("m3", segment_received_at=7, flags=("maybe_repeat",))])
    assert [given[1], given[4], given[7]] == ["", 7, ""]


def test_a_position_after_nothing_has_no_check() -> None:
    """LOG-10: there is no entry to vouch for it."""
    assert str(position("e", 0, None)) == "e.0"
    assert position("e", 1, b"x").check
