"""Frames through a provider from a process that is alone with its store."""

import pytest

from dagnet_realtime.hub.broadcast import encode_frame
from dagnet_realtime.hub.relay_channel import (
    REFRESH_MS,
    WEBHOOK_REFRESH_MS,
    derive_relay_key,
)
from dagnet_realtime.hub.relay_process import coalesce_frames
from dagnet_realtime.hub.sessions import Presence
from dagnet_realtime.model.event import Position, Token
from dagnet_realtime.model.frame import Batch, Gap, Heartbeat
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import RELAY_GRACE_SECONDS
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel, Policy
from tests.hub.provider import Provider
from tests.hub.stage import SHOP, Stage, graph
from tests.support.entries import entries, entry


class Relayed(Stage):
    """A hub whose channel has a relay."""

    def __init__(self, provider: Provider, **parts: object) -> None:
        self.provider = provider
        super().__init__(relays={SHOP: provider}, **parts)  # type: ignore[arg-type]

    async def subscribed(self, person: str = "ann", filter: str = "") -> tuple[WatchSession, str]:
        """A session that has subscribed, and its channel."""
        session = await self.open(filter, person)
        channel = (await self.hub.relay_subscription(session.id)).channel
        await self.hub.relay_manager.authorise(session, channel, "1.2")
        return session, channel


async def test_frames_are_published_in_order_and_nothing_is_lost_between_them() -> None:
    """REL-3: frames are merged over a quarter of a second, and each begins where the one before it
    ended.
    """
    provider = Provider()
    async with Relayed(provider) as stage:
        session, channel = await stage.subscribed()
        for number in range(40):
            await stage.log.append(SHOP, entries(number, number, name="Home"))
            await stage.clock.advance(0.05)
        await stage.clock.advance(1)
        batches = [frame for frame in provider.frames(channel) if frame["op"] == "batch"]
        assert [batch["from"] for batch in batches] == [
            session.position,
            *(batch["position"] for batch in batches[:-1]),
        ]
        assert sum(batch["counts"]["u-Home"] for batch in batches) == 40
        assert len(batches) <= 10
        ledger = stage.hub.relay_manager.ledgers[SHOP]
        assert (ledger.published, ledger.delivered, ledger.failed) == (
            len(provider.sent),
            len(provider.sent),
            0,
        )


async def test_a_frame_over_the_limit_goes_in_pieces_and_counts_are_whole() -> None:
    """REL-3, HUB-27: no message is longer than the provider allows; the counts of a huge frame all arrive."""
    provider = Provider(limit=1_000, pieces=2)
    names = [f"N{number}" for number in range(80)]
    async with Relayed(provider, policy=Policy(carried_per_second=5_000)) as stage:
        stage.graphs.put(graph(*names))
        await stage.clock.advance(1)
        await stage.subscribed()
        await stage.log.append(
            SHOP, [entry(f"m{number}", name=name) for number, name in enumerate(names * 3)]
        )
        await stage.clock.advance(1)
        assert max(len(message.body) for message in provider.sent) <= 1_000
        (frame,) = [frame for frame in provider.frames() if frame["op"] == "batch"]
        assert frame["counts"] == {f"u-{name}": 3 for name in names}
        ledger = frame["ledger"]
        assert (ledger["lit"], ledger["carried"]) == (240, len(frame.get("events", ())))
        assert ledger["lit"] == ledger["carried"] + ledger["thinned"]


async def test_followed_traces_are_carried_at_any_limit() -> None:
    """HUB-27: followed traces are never cut."""
    provider = Provider(limit=1_000, pieces=1)
    async with Relayed(provider) as stage:
        session, _ = await stage.subscribed()
        await stage.hub.follow(session.id, "k1.followed")
        mine = [
            entry(f"f{number}", name="Cart", traces=(Token("userId", "k1.followed"),))
            for number in range(20)
        ]
        await stage.log.append(SHOP, [*entries(1, 100, name="Home"), *mine])
        await stage.clock.advance(1)
        (frame,) = [frame for frame in provider.frames() if frame["op"] == "batch"]
        assert [event["id"] for event in frame["events"] if event["id"].startswith("f")] == [
            f"f{number}" for number in range(20)
        ]


async def test_nothing_is_published_without_subscribers() -> None:
    """REL-9: publishing begins with the first authorised session and ends with the channel's last
    subscriber.
    """
    provider = Provider()
    async with Relayed(provider) as stage:
        session = await stage.open()
        channel = (await stage.hub.relay_subscription(session.id)).channel
        await stage.log.append(SHOP, entries(0, 5, name="Home"))
        await stage.clock.advance(5)
        assert provider.sent == []
        await stage.hub.relay_manager.authorise(session, channel, "1.2")
        await stage.log.append(SHOP, entries(6, 9, name="Home"))
        await stage.clock.advance(1)
        assert len(provider.sent) == 1
        provider.subscribed = 0
        await stage.clock.advance(RELAY_GRACE_SECONDS + 10)
        before = len(provider.sent)
        await stage.log.append(SHOP, entries(10, 15, name="Home"))
        await stage.clock.advance(1)
        assert len(provider.sent) == before


async def test_a_failed_provider_is_left_alone_and_asked_again_for_a_new_subscription() -> None:
    """REL-6: tries get rarer; failed messages are counted; a subscription says so."""
    provider = Provider()
    async with Relayed(provider) as stage:
        session, _ = await stage.subscribed()
        provider.down = True
        for number in range(200):
            await stage.log.append(SHOP, entries(number, number, name="Home"))
            await stage.clock.advance(0.1)
        assert 3 <= provider.asked <= 8
        assert stage.hub.relay_manager.ledgers[SHOP].failed == provider.asked
        assert not (await stage.hub.relay_subscription(session.id)).publishing
        provider.down = False
        await stage.clock.advance(2)
        assert (await stage.hub.relay_subscription(session.id)).publishing


def test_neighbouring_batches_become_one_and_beats_the_last() -> None:
    """REL-3: what stands between two batches keeps them apart."""

    def at(number: int) -> Position:
        return Position("e", number)

    def batch(start: int, end: int) -> Batch:
        return Batch(from_=str(at(start)), position=str(at(end)), counts={"u": end - start})

    beat = Heartbeat(now="2026-01-02T03:04:05.678Z", position=str(at(1)))
    gap = Gap(from_=str(at(3)), to=str(at(9)), missed=6, reason="retention")
    frames = [
        encode_frame(batch(0, 1), at(1)),
        encode_frame(beat, at(1)),
        encode_frame(batch(1, 3), at(3)),
        encode_frame(gap, at(9)),
        encode_frame(batch(9, 10), at(10)),
        encode_frame(beat, at(10)),
    ]
    one, two, three, four = coalesce_frames(frames)
    assert (one, two, three) == (
        Batch(from_="e.0", position="e.3", counts={"u": 3}),
        gap,
        batch(9, 10),
    )
    assert isinstance(four, Heartbeat)
    assert four.position == "e.10"


async def test_viewers_of_one_view_share_a_channel_with_an_unguessable_name() -> None:
    """REL-9: another filter is another channel; names hold 160 bits."""
    async with Relayed(Provider()) as stage:
        _, one = await stage.subscribed("ann")
        _, two = await stage.subscribed("bob")
        _, other = await stage.subscribed("cyd", "type:page")
        assert one == two != other
        assert one.startswith("private-dagnet-")
        assert len(one.rpartition("-")[2]) == 40


async def test_a_session_is_let_into_its_own_channel_alone() -> None:
    """REL-9: another view's name is forbidden, as is one that does not exist."""
    async with Relayed(Provider()) as stage:
        session, _ = await stage.subscribed()
        _, other = await stage.subscribed("bob", "type:page")
        for channel in (other, "private-dagnet-" + "0" * 40, "", "private-ü"):
            with pytest.raises(Problem) as refused:
                await stage.hub.relay_manager.authorise(session, channel, "1.2")
            assert refused.value.code == "forbidden"


async def test_without_a_relay_there_is_no_subscription() -> None:
    """REL-9: frames come by stream or poll."""
    async with Stage() as stage:
        session = await stage.open()
        with pytest.raises(Problem) as refused:
            await stage.hub.relay_subscription(session.id)
        assert refused.value.code == "not_found"


async def test_a_session_without_a_right_is_out_within_30_seconds() -> None:
    """ACC-17: the others are asked to take the new name; nothing is published under the old one."""
    provider = Provider()
    async with Relayed(provider) as stage:
        staying, old = await stage.subscribed("ann")
        await stage.subscribed("bob")
        await stage.hub.revoke("bob")
        await stage.clock.advance(REFRESH_MS / 1000 + 1)
        assert [(one.channel, one.name) for one in provider.sent if one.name == "turn"] == [
            (old, "turn")
        ]
        before = len(provider.frames(old))
        fresh = (await stage.hub.relay_subscription(staying.id)).channel
        assert fresh != old
        await stage.hub.relay_manager.authorise(staying, fresh, "1.3")
        await stage.log.append(SHOP, entries(0, 5, name="Home"))
        await stage.clock.advance(1)
        assert len(provider.frames(old)) == before
        assert provider.frames(fresh)[-1]["counts"] == {"u-Home": 6}
        with pytest.raises(Problem):
            await stage.hub.relay_manager.authorise(staying, old, "1.4")


async def test_a_webhook_makes_us_ask_the_provider_and_has_no_other_effect() -> None:
    """REL-24: about the view that it names alone, and not twice in two seconds; a repeat of an old one is answered by the truth."""
    provider = Provider()
    async with Relayed(provider) as stage:
        session, channel = await stage.subscribed()
        _, other = await stage.subscribed("bob", "type:page")

        async def questions(*channels: str) -> int:
            before = provider.looked
            await stage.hub.relay_manager.on_provider_webhook(
                SHOP, "key", "good", "\n".join(channels).encode()
            )
            await stage.clock.advance(0.1)
            return provider.looked - before

        assert await questions(channel, "private-of-somebody-else") == 1
        assert await questions(channel) == 0, "it was asked about a moment ago"
        assert await questions(other) == 1
        await stage.clock.advance(WEBHOOK_REFRESH_MS / 1000)
        provider.subscribed = 0
        assert await questions(channel) == 1
        await stage.clock.advance(RELAY_GRACE_SECONDS)
        before = len(provider.sent)
        await stage.log.append(SHOP, entries(0, 5, name="Home"))
        await stage.clock.advance(1)
        assert len(provider.sent) == before, "the last one has left"
        assert (await stage.hub.relay_subscription(session.id)).publishing


async def test_a_webhook_without_a_signature_is_refused() -> None:
    """REL-24: one for a workspace without a relay, or for an unknown one, is refused too."""
    provider = Provider()
    async with Relayed(provider) as stage:
        _, channel = await stage.subscribed()
        for workspace, signature in (
            (SHOP, "bad"),
            (Channel("shop", "dev"), "good"),
            (Channel("nobody", "prod"), "good"),
        ):
            with pytest.raises(Problem) as refused:
                await stage.hub.relay_manager.on_provider_webhook(
                    workspace, "key", signature, channel.encode()
                )
            assert refused.value.code == "forbidden"
        assert provider.looked == 0


async def test_a_subscription_tells_who_else_watches() -> None:
    """REL-23: viewers with other filters are counted and named too."""
    async with Relayed(Provider()) as stage:
        ann, _ = await stage.subscribed("oidc:ann")
        await stage.subscribed("oidc:bob", "type:page")
        assert (await stage.hub.relay_subscription(ann.id)).company == Presence(
            others=1, names=("bob",)
        )


async def test_another_filter_leads_to_another_channel() -> None:
    """ACC-17: a session that changed its filter loses its old channel, which gets a new name."""
    provider = Provider()
    async with Relayed(provider) as stage:
        await stage.subscribed("ann")
        session, old = await stage.subscribed("bob")
        await stage.hub.change(session.id, filter="type:page")
        assert (await stage.hub.relay_subscription(session.id)).channel != old
        await stage.clock.advance(REFRESH_MS / 1000 + 1)
        assert [one.channel for one in provider.sent if one.name == "turn"] == [old]


async def test_the_last_session_closes_the_channel() -> None:
    """REL-10: nothing is published after it."""
    provider = Provider()
    async with Relayed(provider) as stage:
        session, _ = await stage.subscribed()
        await stage.hub.close(session.id)
        await stage.clock.advance(REFRESH_MS / 1000 + 1)
        assert stage.hub.relay_manager._publishers == {}
        assert [one for one in provider.sent if one.name == "turn"] == []


async def test_asking_renews_the_lease_and_a_vanished_tab_lapses() -> None:
    """REL-10: asking keeps a session alive as a stream would; five minutes of silence end it."""
    provider = Provider()
    async with Relayed(provider) as stage:
        session, _ = await stage.subscribed()
        for _ in range(50):
            await stage.clock.advance(8)
            await stage.hub.relay_subscription(session.id)
        assert stage.log.watched(SHOP)
        await stage.clock.advance(330)
        assert not stage.log.watched(SHOP)
        assert stage.hub.relay_manager._publishers == {}


async def test_a_range_ends_exactly_where_it_was_asked_to() -> None:
    """REL-15: a range ends at the given position, so that a viewer can join shared frames."""
    async with Relayed(Provider()) as stage:
        session = await stage.open()
        reader = await stage.read(session)
        ends = []
        for number in range(3):
            await stage.log.append(SHOP, entries(number * 10, number * 10 + 9, name="Home"))
            await stage.clock.advance(0.1)
            ends.append(reader.got[-1].end)
        frames = await stage.hub.read_range(session.id, ends[0], ends[2])
        assert [(frame.frame.from_, frame.frame.counts) for frame in frames] == [
            (str(ends[0]), {"u-Home": 20})
        ]  # type: ignore[union-attr]
        assert frames[-1].end == ends[2]
        assert await stage.hub.read_range(session.id, ends[2], ends[0]) == []


def test_keys_are_for_one_purpose() -> None:
    """REL-9: the provider knows the app's secret, and no key of ours follows from that."""
    assert (
        derive_relay_key(b"k", b"encryption")
        != derive_relay_key(b"k", b"channel names")
        != derive_relay_key(b"l", b"channel names")
    )


async def test_a_dismissed_session_goes_on_and_subscribes_anew() -> None:
    """ACC-64, ACC-17: its channel goes on under another name, for which those who still may ask again; no other channel turns."""
    provider = Provider()
    async with Relayed(provider) as stage:
        ann, old = await stage.subscribed("ann")
        _, same = await stage.subscribed("bob")
        _, other = await stage.subscribed("cat", "type:track")
        assert (same, other != old) == (old, True)
        await stage.hub.relay_manager.dismiss(ann.id)
        assert [one.channel for one in provider.sent if one.name == "turn"] == [old]
        await stage.log.append(SHOP, entries(0, 4, name="Home"))
        await stage.clock.advance(1)
        assert [frame for frame in provider.frames(old) if frame["op"] == "batch"] == []
        again = (await stage.hub.relay_subscription(ann.id)).channel
        assert again not in (old, other)
        assert await stage.hub.relay_manager.authorise(ann, again, "1.2")
