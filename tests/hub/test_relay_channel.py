"""Names and messages at a provider."""

import pytest

from dagnet_realtime.hub.relay_channel import (
    PIECE_OVERHEAD,
    backoff_seconds,
    new_channel_name,
    payload_budget,
    publish_interval,
    to_messages,
)
from dagnet_realtime.model.frame import Batch, Heartbeat
from dagnet_realtime.ports.relay import RelayLimits

TERMS = RelayLimits(limit=1_000, pieces=2, every=0.25, rate=20, prefix="private-encrypted-")


def test_a_name_is_another_each_time() -> None:
    """REL-9: a name is random, so it does not follow from the view or an older name."""
    names = {new_channel_name(TERMS, b"key", "shop/prod", "checkout") for _ in range(50)}
    assert len(names) == 50
    assert all(
        name.startswith("private-encrypted-dagnet-") and len(name.rpartition("-")[2]) == 40
        for name in names
    )


def test_a_long_frame_goes_in_pieces_a_short_one_whole() -> None:
    """REL-3: no message is longer than the limit."""
    (one,) = to_messages(Heartbeat(now="", position="e.1"), "c", TERMS)
    assert one.name == "frame"
    many = to_messages(
        Batch(from_="e.0", position="e.1", counts={f"u{n}": n for n in range(300)}), "c", TERMS
    )
    assert {letter.name for letter in many} == {"piece"}
    assert max(len(letter.body) for letter in many) <= TERMS.limit
    assert payload_budget(TERMS) == 2 * (1_000 - PIECE_OVERHEAD)


def test_the_providers_rate_is_kept() -> None:
    """REL-6: a publication of many messages makes the next one wait longer."""
    assert publish_interval(TERMS, 0) == publish_interval(TERMS, 5) == 0.25
    assert publish_interval(TERMS, 40) == pytest.approx(2)


def test_a_provider_that_fails_is_left_alone_longer_each_time() -> None:
    """REL-6: the wait grows from one second to fifteen."""
    assert [backoff_seconds(number) for number in (0, 1, 2, 3, 4, 50)] == [1, 2, 4, 8, 15, 15]
