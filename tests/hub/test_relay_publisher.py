"""Frames through a provider, published by requests; each has a publisher of its own."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from dagnet_realtime.hub.relay_channel import WEBHOOK_REFRESH_MS
from dagnet_realtime.hub.relay_manager import RelaySubscription
from dagnet_realtime.hub.relay_publisher import RelayPublisher
from dagnet_realtime.hub.sessions import Presence
from dagnet_realtime.model.event import Position, Token
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import (
    RELAY_CONFIRMED_SECONDS,
    RELAY_GRACE_SECONDS,
    RELAY_HEARTBEAT_SECONDS,
)
from dagnet_realtime.model.watch import WatchSession
from tests.hub.provider import Provider
from tests.hub.relay_states import MemoryRelayStates
from tests.hub.stage import POLICY, SHOP, Stage
from tests.support.entries import entries, entry


class Platform(Stage):
    """A log, sessions and posts that outlive every request."""

    def __init__(self, **terms: object) -> None:
        super().__init__()
        self.provider = Provider(**terms)
        self.relay_states = MemoryRelayStates(self.clock)
        self.policy = POLICY

    def request(self) -> RelayPublisher:
        return RelayPublisher(
            self.context, lambda _: self.policy, self.relay_states, {SHOP: self.provider}
        )

    async def subscription(self, session: WatchSession) -> RelaySubscription:
        """A page's subscription."""
        return await self.answered(self.request().subscription(session))

    async def answered(self, request: Coroutine[Any, Any, Any]) -> Any:
        """A request's answer; time goes on while it waits."""
        task = asyncio.ensure_future(request)
        for _ in range(200):
            if not task.done():
                await self.clock.advance(0.05)
        return task.result()

    async def subscribed(self, person: str = "ann") -> tuple[WatchSession, str]:
        """A session that has subscribed, and its channel."""
        session = await self.open(person=person)
        channel = (await self.subscription(session)).channel
        await self.request().authorise(session, channel, "1.2")
        return session, channel

    async def deliver(self, first: int, last: int) -> None:
        """A delivery's request, to its answer."""
        await self.log.append(SHOP, entries(first, last, name="Home"))
        await self.answered(self.request().publish_pending(SHOP))

    def batches(self, channel: str | None = None) -> list[dict[str, object]]:
        return [frame for frame in self.provider.frames(channel) if frame["op"] == "batch"]


async def test_each_request_goes_on_from_the_position_of_the_last_one() -> None:
    """REL-20: positions join, counts are exact, and what was published is counted."""
    async with Platform() as stage:
        session, channel = await stage.subscribed()
        for number in range(8):
            await stage.deliver(number * 5, number * 5 + 4)
        batches = stage.batches(channel)
        assert [batch["from"] for batch in batches] == [
            session.position,
            *(batch["position"] for batch in batches[:-1]),
        ]
        assert sum(batch["counts"]["u-Home"] for batch in batches) == 40  # type: ignore[index]
        seat = await stage.subscription(session)
        assert (seat.ledger.published, seat.ledger.failed) == (len(stage.provider.sent), 0)


async def test_of_requests_that_come_together_one_publishes_for_all() -> None:
    """REL-20: the others tell it and go, at once; nothing is published twice, nothing is left behind."""
    async with Platform() as stage:
        await stage.subscribed()
        await stage.deliver(0, 0)

        async def one(number: int) -> None:
            await stage.log.append(SHOP, entries(number, number, name="Home"))
            await stage.request().publish_pending(SHOP)

        tasks = [asyncio.create_task(one(number)) for number in range(1, 21)]
        await stage.clock.advance(0.01)
        assert sum(task.done() for task in tasks) == 19
        await stage.clock.advance(3)
        await asyncio.gather(*tasks)
        assert sum(batch["counts"]["u-Home"] for batch in stage.batches()) == 21  # type: ignore[index]
        assert len(stage.batches()) <= 3


async def test_a_provider_that_fails_or_hangs_costs_a_delivery_no_more_than_its_bound() -> None:
    """REL-20, REL-6: it is left alone by everybody, longer each time, and what it missed comes when it is back."""
    async with Platform() as stage:
        session, _ = await stage.subscribed()
        stage.provider.down = True
        for number in range(10):
            await stage.deliver(number, number)
        assert stage.provider.asked <= 2
        assert not (await stage.subscription(session)).publishing
        stage.provider.down = False
        await stage.clock.advance(3)
        await stage.subscription(session)
        await stage.deliver(10, 10)
        assert [batch["counts"] for batch in stage.batches()] == [{"u-Home": 10}, {"u-Home": 1}]
        assert (await stage.subscription(session)).publishing


async def test_a_request_that_vanishes_delays_others_for_seconds_only() -> None:
    """REL-20: what it may have published comes again, from the same position."""
    async with Platform() as stage:
        session, _ = await stage.subscribed()
        (view,) = await stage.relay_states.active_views(SHOP)
        await stage.relay_states.acquire(SHOP, view, "vanished", 6)
        await stage.deliver(0, 4)
        assert stage.batches() == []
        await stage.clock.advance(6)
        await stage.subscription(session)
        assert [batch["from"] for batch in stage.batches()] == [session.position]


async def test_nothing_is_published_without_subscribers() -> None:
    """REL-9: without subscribers or confirmed sessions nothing is published; publishing resumes at
    the log's head.
    """
    async with Platform() as stage:
        await stage.deliver(0, 4)
        assert stage.provider.asked == 0
        session, _ = await stage.subscribed()
        stage.provider.subscribed = 0
        await stage.clock.advance(RELAY_GRACE_SECONDS + 1)
        await stage.subscription(session)
        await stage.deliver(5, 9)
        assert stage.batches() == []
        channel = (await stage.subscription(session)).channel
        await stage.request().authorise(session, channel, "1.3")
        await stage.deliver(10, 10)
        await stage.deliver(11, 12)
        assert stage.batches()[-1]["counts"] == {"u-Home": 2}


async def test_a_session_that_is_not_confirmed_is_out_before_the_next_frame() -> None:
    """ACC-17: within 24 s the channel goes on under another name, which those learn who still may; of the old one no frame more."""
    async with Platform() as stage:
        staying, old = await stage.subscribed("ann")
        await stage.subscribed("bob")
        await stage.clock.advance(RELAY_CONFIRMED_SECONDS - 5)
        await stage.subscription(staying)
        await stage.clock.advance(6)
        await stage.deliver(0, 4)
        assert [message.name for message in stage.provider.sent if message.channel == old][
            -1
        ] == "turn"
        assert stage.batches(old) == []
        seat = await stage.subscription(staying)
        assert seat.channel != old
        with pytest.raises(Problem) as refused:
            await stage.request().authorise(staying, old, "1.4")
        assert refused.value.code == "forbidden"
        assert [batch["counts"] for batch in stage.batches(seat.channel)] == [{"u-Home": 5}]


async def test_a_webhook_makes_the_request_ask_the_provider() -> None:
    """REL-24: the provider is asked once in two seconds; an unsigned webhook has no effect."""
    async with Platform() as stage:
        await stage.subscribed()
        await stage.clock.advance(WEBHOOK_REFRESH_MS / 1000)
        before = stage.provider.looked
        with pytest.raises(Problem) as refused:
            await stage.request().on_provider_webhook(SHOP, "key", "bad", b"")
        assert (refused.value.code, stage.provider.looked) == ("forbidden", before)
        for _ in range(3):
            await stage.answered(stage.request().on_provider_webhook(SHOP, "key", "good", b""))
        assert stage.provider.looked == before + 1


async def test_a_subscription_tells_who_else_watches() -> None:
    """REL-23: the count comes from the sessions that every request can read."""
    async with Platform() as stage:
        ann, _ = await stage.subscribed("oidc:ann")
        await stage.subscribed("oidc:bob")
        assert (await stage.subscription(ann)).company == Presence(others=1, names=("bob",))


async def test_off_rotates_the_channel_for_the_others() -> None:
    """ACC-17: a session that has ended is not subscribed."""
    async with Platform() as stage:
        _, old = await stage.subscribed("ann")
        leaving, _ = await stage.subscribed("bob")
        await stage.hub.close(leaving.id)
        await stage.deliver(0, 4)
        assert stage.provider.frames(old) == []


async def test_a_request_in_a_silence_sends_a_heartbeat() -> None:
    """REL-20: a heartbeat tells the page that the provider still delivers, and up to which
    position.
    """
    async with Platform() as stage:
        session, _ = await stage.subscribed()
        await stage.deliver(0, 4)
        at = stage.batches()[-1]["position"]
        await stage.clock.advance(RELAY_HEARTBEAT_SECONDS + 0.1)
        await stage.subscription(session)
        assert [
            frame["position"] for frame in stage.provider.frames() if frame["op"] == "beat"
        ] == [at]


async def test_after_a_lost_position_publishing_goes_on_where_the_log_is() -> None:
    """REL-20: a page at that position asks, and gets the gap from the log."""
    async with Platform() as stage:
        session, _ = await stage.subscribed()
        await stage.deliver(0, 0)
        stage.provider.down = True
        await stage.deliver(1, 1)
        for number in range(1, 30):
            await stage.log.append(SHOP, entries(number * 50, number * 50 + 49, name="Home"))
        stage.provider.down = False
        await stage.clock.advance(2)
        await stage.deliver(2000, 2000)
        first, last = stage.batches()
        assert last["counts"] == {"u-Home": 1000}
        before, after = (Position.parse(str(batch["position"])) for batch in (first, last))
        assert before is not None
        assert after is not None
        gap, *_ = await stage.hub.read_range(session.id, before, after)
        assert (gap.frame.missed, str(gap.end)) == (452, last["from"])  # type: ignore[union-attr]


async def test_frames_fit_and_a_trace_that_may_have_been_cut_stays_flagged_in_later_requests() -> (
    None
):
    """HUB-27: how much fitted is remembered between requests."""
    async with Platform(limit=1_000, pieces=1) as stage:
        await stage.subscribed()
        await stage.log.append(
            SHOP,
            [
                entry(f"m{n}", name="Home", traces=(Token("anonymousId", f"k1.{n}"),))
                for n in range(100)
            ],
        )
        await stage.deliver(500, 500)
        (view,) = await stage.relay_states.active_views(SHOP)
        assert stage.relay_states.posts[view].fit.lowest < 1
        first = stage.batches()[0]
        assert first["counts"] == {"u-Home": 101}
        assert max(len(message.body) for message in stage.provider.sent) <= 1_000


async def test_people_to_forget_are_published() -> None:
    """REL-20, HUB-20: the tokens to forget follow the frame that holds their request."""
    async with Platform() as stage:
        await stage.subscribed()
        await stage.log.append(SHOP, [entry("d", type="delete", name="", forgets=("k1.gone",))])
        await stage.deliver(0, 0)
        assert [
            frame["tokens"] for frame in stage.provider.frames() if frame["op"] == "forget"
        ] == [["k1.gone"]]


async def test_without_a_relay_there_is_no_subscription_and_nothing_is_published() -> None:
    """REL-9: without a relay a subscription is not found, and frames come by poll."""
    async with Platform() as stage:
        session = await stage.open()
        bare = RelayPublisher(stage.context, lambda _: POLICY, stage.relay_states, {})
        with pytest.raises(Problem) as refused:
            await bare.subscription(session)
        assert refused.value.code == "not_found"
        await bare.publish_pending(SHOP)
