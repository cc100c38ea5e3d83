"""The books of the hub."""

import pytest

from dagnet_realtime.hub.desk import Desk
from dagnet_realtime.hub.limits import Limits
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession


def session(id: str, *follows: str, person: str = "ann") -> WatchSession:
    return WatchSession(id=id, channel=Channel("shop", "prod"), graph="g", person=person, started_at=0, position="e.0", follows=follows)


def test_a_channel_follows_a_bounded_number_of_traces() -> None:
    """HUB-16: the same token counts once, whoever follows it."""
    desk = Desk(Limits(follows_per_channel=3))
    desk.enter(session("a", "k1.a", "k1.b"), 0)
    assert desk.followable(session("b"), ["k1.b", "k1.c", "k1.c"]) == ("k1.b", "k1.c")
    with pytest.raises(Problem, match="Too many traces"):
        desk.followable(session("b"), ["k1.c", "k1.d"])


def test_one_person_cannot_keep_the_others_from_following() -> None:
    """HUB-16: a person has a budget beside the channel's, over all their sessions at whichever process."""
    desk = Desk(Limits(follows_per_channel=5, follows_per_person=3, follows_per_session=3))
    live = [session("a", "k1.a", "k1.b"), session("b", "k1.b")]
    assert desk.followable(session("c"), ["k1.a", "k1.c"], live) == ("k1.a", "k1.c")
    with pytest.raises(Problem, match="Too many traces") as refused:
        desk.followable(session("c"), ["k1.c", "k1.d"], live)
    assert "3 for one person" in refused.value.detail
    assert desk.followable(session("d", person="bob"), ["k1.x", "k1.y", "k1.z"], live) == ("k1.x", "k1.y", "k1.z")
    assert desk.followable(session("a", "k1.a", "k1.b"), ["k1.c", "k1.d"], live) == ("k1.c", "k1.d"), "its own count as they will be"


def test_what_cannot_be_a_token_is_refused() -> None:
    """HUB-16: neither too short nor a text of any length."""
    for token in ("abc", "x" * 129):
        with pytest.raises(Problem, match="no trace"):
            Desk(Limits()).followable(session("a"), [token])


def test_sessions_are_counted_by_person_and_by_channel() -> None:
    """HUB-19: either bound refuses one more, with when to come back."""
    for limits in (Limits(sessions_per_channel=2), Limits(sessions_per_person=2)):
        desk = Desk(limits)
        for id in "ab":
            desk.admit("ann", session(id).channel)
            desk.enter(session(id), 0)
        with pytest.raises(Problem, match="Too many watch sessions") as refused:
            desk.admit("ann", session("c").channel)
        assert (refused.value.code, refused.value.retry_after) == ("rate_limited", 60)
        desk.admit("bob", Channel("bank", "prod"))


def test_streams_are_counted_by_person_and_by_channel() -> None:
    """HUB-19: either bound refuses one more."""
    desk = Desk(Limits(streams_per_channel=2))
    lines = [desk.enter(session(id, person=id), 0) for id in "abc"]
    desk.seat(lines[0])
    desk.seat(lines[1])
    with pytest.raises(Problem, match="Too many streams"):
        desk.seat(lines[2])
    lines[0].streams -= 1
    desk.seat(lines[2])
