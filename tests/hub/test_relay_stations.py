"""One view on its way to a provider."""

from dagnet_realtime.hub.broadcast import encode_frame
from dagnet_realtime.hub.relay_stations import coalesce_frames
from dagnet_realtime.model.event import Position, Token
from dagnet_realtime.model.frame import Batch, Gap, Heartbeat
from dagnet_realtime.model.protocol import RELAY_GRACE_SECONDS
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Policy
from tests.hub.provider import Provider
from tests.hub.stage import SHOP, Stage, graph
from tests.support.entries import entries, entry


class Relayed(Stage):
    """A hub whose channel has a relay."""

    def __init__(self, provider: Provider, **parts: object) -> None:
        self.provider = provider
        super().__init__(relays={SHOP: provider}, **parts)  # type: ignore[arg-type]

    async def seated(self, person: str = "ann", filter: str = "") -> tuple[WatchSession, str]:
        """A session that has subscribed, and its channel."""
        session = await self.open(filter, person)
        channel = (await self.hub.relay_subscription(session.id)).channel
        await self.hub.relay_manager.authorise(session, channel, "1.2")
        return session, channel


async def test_frames_are_published_in_order_and_nothing_is_lost_between_them() -> None:
    """REL-4: merged over a quarter of a second, each begins where the one before it ended."""
    provider = Provider()
    async with Relayed(provider) as stage:
        session, channel = await stage.seated()
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
    """REL-3, REL-5: no message is longer than the provider allows; the counts of a huge frame all arrive."""
    provider = Provider(limit=1_000, pieces=2)
    names = [f"N{number}" for number in range(80)]
    async with Relayed(provider, policy=Policy(carried_per_second=5_000)) as stage:
        stage.graphs.put(graph(*names))
        await stage.clock.advance(1)
        await stage.seated()
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


async def test_followed_traces_are_carried_whatever_the_limit() -> None:
    """REL-5: what somebody follows is never cut."""
    provider = Provider(limit=1_000, pieces=1)
    async with Relayed(provider) as stage:
        session, _ = await stage.seated()
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


async def test_nothing_is_published_while_nobody_is_subscribed() -> None:
    """REL-7: not before somebody was let in, and not after the last one left the channel."""
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


async def test_a_provider_that_fails_is_left_alone_and_asked_again_by_whoever_wants_in() -> None:
    """REL-6: tries get rarer; what it did not take is counted; a seat tells how it stands."""
    provider = Provider()
    async with Relayed(provider) as stage:
        session, _ = await stage.seated()
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
    """REL-4: what stands between two batches keeps them apart."""

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
