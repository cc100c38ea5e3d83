"""Entries as a stream holds them."""

from dagnet_realtime.core.codec import ERASED, anonymous, encode_entry
from dagnet_realtime.logs.redis_entries import anonymous_of, arguments, fingerprint, position, stored, stretch
from tests.support.entries import entry


def test_a_fingerprint_is_the_same_everywhere() -> None:
    """LOG-3: a retry that reaches another process is known."""
    assert fingerprint("m1").hex() == "d11f79d4b490b654"
    assert fingerprint("m1") != fingerprint("m2")


def test_a_hole_is_a_forgotten_person() -> None:
    """LOG-12: the offsets around it stay, and what is kept of it; a process of the version before keeps nothing."""
    one, three = encode_entry(entry("m1")), encode_entry(entry("m3"))
    raw = [(b"5-1000", [b"e", one]), (b"7-1001", [b"e", three, b"r", b""]), (b"8-1001", [b"other", three])]
    assert stored(raw, b"e") == [(5, one, False), (7, three, True)]
    around = (entry("m1"), entry("m3", flags=("maybe_repeat",)))
    assert stretch(stored(raw, b"e"), 4, 7, {}) == (around[0], ERASED, around[1])
    stays = anonymous(entry("m2"), frozenset())
    kept = [b"6-1000 " + life + b" " + encode_entry(one) for life, one in ((b"e", stays), (b"other", entry("m9")))]
    assert stretch(stored(raw, b"e"), 4, 7, anonymous_of(kept, b"e")) == (around[0], stays, around[1])


def test_only_what_may_be_flagged_tells_when_it_was_received() -> None:
    """LOG-4: one flagged already needs no second flag."""
    given = arguments([entry("m1"), entry("m2", segment_received_at=7), entry("m3", segment_received_at=7, flags=("maybe_repeat",))])
    assert [given[1], given[4], given[7]] == ["", 7, ""]


def test_a_position_after_nothing_has_no_check() -> None:
    """LOG-10: there is no entry to vouch for it."""
    assert str(position("e", 0, None)) == "e.0"
    assert position("e", 1, b"x").check
