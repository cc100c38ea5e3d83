"""A whole server that reads a broker: On to lit node, faults of the broker, and what operators see."""

import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest

from dagnet_realtime.model.stream import StreamSettings
from dagnet_realtime.model.workspace import Source
from tests.support.kafka import TansuServer, make_topic, mock_cluster, producing, tansu
from tests.support.redis import redis_server
from tests.support.server import CHANNEL, Served, config, serving, track
from tests.web.test_metrics import OF_STREAMS

TOPIC = "segment.events"


def source(address: str, **more: Any) -> Source:
    """The shop's stream."""
    settings = StreamSettings(servers=tuple(address.split(",")), topics=(TOPIC,), **more)
    return Source(id="kafka", channel=CHANNEL, kind="kafka", stream=settings)


async def polled(
    served: Served, opened: dict[str, Any], until: Callable[[list[dict[str, Any]]], bool]
) -> list[dict[str, Any]]:
    """All frames since On, once they are as `until` says."""
    frames: list[dict[str, Any]] = []
    after = opened["position"]
    for _ in range(20):
        answer = await served.client.get(
            f"/api/watch/{opened['watch_session_id']}/frames", params={"after": after, "wait": 1}
        )
        assert answer.status_code == 200, answer.text
        told = answer.json()
        frames += told["frames"]
        after = told["position"]
        if until(frames):
            return frames
    raise AssertionError(f"the frames were {frames}")


def names(frames: list[dict[str, Any]]) -> list[str]:
    """The events that frames carry."""
    return [
        event["name"]
        for frame in frames
        if frame["op"] == "batch"
        for event in frame.get("events", ())
    ]


async def written(address: str, *events: dict[str, Any], partition: int = 0) -> None:
    """Records in the topic, one a batch."""
    async with producing(address) as producer:
        for event in events:
            await producer.send_and_wait(TOPIC, json.dumps(event).encode(), partition=partition)


async def streams(served: Served) -> dict[str, Any]:
    """What an operator sees of the shop's stream."""
    answer = await served.client.get("/api/workspaces/shop/test/streams")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["streams"][0]
    return found


@pytest.fixture
async def broker() -> AsyncIterator[TansuServer]:
    with tansu() as server:
        await make_topic(server.address, TOPIC, 3)
        yield server


async def test_an_event_in_a_topic_lights_its_node(broker: TansuServer) -> None:
    """STR-10, STR-24: events from On on light their nodes, and ledger, partitions and metrics count
    them.
    """
    await written(broker.address, track("before", "Checkout Started"))
    async with serving(config(sources=[source(broker.address)])) as served:
        opened = await served.open()
        await written(broker.address, track("one", "Checkout Started"), partition=1)
        await written(broker.address, {"order": 7}, track("two", "begin_checkout"), partition=2)
        frames = await polled(served, opened, lambda frames: len(names(frames)) >= 2)
        assert sorted(names(frames)) == ["Checkout Started", "begin_checkout"]
        stream = await streams(served)
        while not any(
            part["refused"] for part in stream["partitions"]
        ):  # the process tells where it stands once a second
            stream = await streams(served)
        assert (stream["source"], stream["connected"], stream["watched"], stream["trouble"]) == (
            "kafka",
            True,
            True,
            "",
        )
        parts = {part["partition"]: part for part in stream["partitions"]}
        assert parts.keys() == {0, 1, 2}
        assert {part["owner"] for part in parts.values()} != {""}
        assert [parts[number]["read"] for number in range(3)] == [0, 1, 2]
        assert parts[2]["refused"] == {"invalid": 1}
        assert all(part["fetched_at"] for part in parts.values())
        metrics = (await served.client.get("/metrics")).text
        where = f'env="test",partition="2",source="kafka",topic="{TOPIC}",workspace="shop"'
        assert f"dagnet_realtime_stream_records_total{{{where}}} 2.0" in metrics
        owner = where.replace('source="kafka"', f'process="{parts[2]["owner"]}",source="kafka"')
        assert f"dagnet_realtime_stream_owner{{{owner}}} 1.0" in metrics
        assert (
            'dagnet_realtime_stream_trouble{env="test",source="kafka",workspace="shop"} 0.0'
            in metrics
        )
        assert 'outcome="refused_invalid",source="kafka"' in metrics
        told = set(
            re.findall(
                r"^# TYPE dagnet_realtime_(stream_[a-z_]+?)(?:_total)? ", metrics, re.MULTILINE
            )
        )
        assert told == OF_STREAMS
        answer = await served.client.delete(f"/api/watch/{opened['watch_session_id']}")
        assert answer.status_code == 204
        await written(broker.address, track("three", "Checkout Started"))
        while (stream := await streams(served))["watched"] or {
            part["owner"] for part in stream["partitions"]
        } != {""}:
            pass
        assert [part["read"] for part in stream["partitions"]] == [0, 1, 2]


async def test_a_stream_has_no_address_and_is_named_to_those_who_administer(
    broker: TansuServer,
) -> None:
    """STR-24: nothing can be posted to it."""
    sources = [*config().workspaces[0].sources, source(broker.address)]
    async with serving(config(sources=sources)) as served:
        (listed,) = (await served.client.get("/api/workspaces")).json()["workspaces"]
        assert listed["streams"] == ["kafka"]
        assert [one["id"] for one in listed["sources"]] == ["web", "sdk"]
        answer = await served.client.post("/segment/webhook/kafka", content=b"{}")
        assert answer.status_code == 404
        answer = await served.client.get("/api/workspaces/shop/nowhere/streams")
        assert answer.status_code == 404


async def test_on_over_redis_reads_the_topic_too() -> None:
    """STR-10, STR-18: two servers on one Redis share its partitions, and each event is lit once."""
    with redis_server() as redis, mock_cluster() as address:
        await written(address, track("first", "before"))
        configured = config(sources=[source(address)])
        configured = msgspec.structs.replace(
            configured, server=msgspec.structs.replace(configured.server, log=redis.url)
        )
        async with serving(configured) as one, serving(configured) as two:
            opened = await two.open()
            for number in range(8):
                await written(
                    address, track(f"m{number}", "Checkout Started"), partition=number % 4
                )
            frames = await polled(two, opened, lambda frames: len(names(frames)) >= 8)
            assert len(names(frames)) == 8
            while len({part["owner"] for part in (await streams(one))["partitions"]} - {""}) < 2:
                pass
            await written(address, track("after", "begin_checkout"), partition=3)
            await polled(two, opened, lambda frames: "begin_checkout" in names(frames))


async def test_a_gap_in_the_stream_is_reported_to_every_viewer(broker: TansuServer) -> None:
    """STR-16: viewers get one gap of unknown size, and it is counted beside the source's ledger."""
    async with serving(config(sources=[source(broker.address)])) as served:
        opened = await served.open()
        await written(broker.address, track("one", "Checkout Started"))
        await polled(served, opened, lambda frames: len(names(frames)) == 1)
        broker.kill()
        broker.start()  # with nothing of what it held: the place where reading stopped is gone
        await make_topic(broker.address, TOPIC, 3)
        await written(broker.address, track("two", "begin_checkout"), partition=1)
        frames = await polled(
            served, opened, lambda frames: any(frame["op"] == "gap" for frame in frames)
        )
        (told,) = [frame for frame in frames if frame["op"] == "gap"]
        assert (told["missed"], told["reason"]) == (None, "stream")


async def test_a_stream_that_cannot_be_read_keeps_nothing_else_from_working() -> None:
    """STR-13: the server starts, says why, and other sources light."""
    sources = [*config().workspaces[0].sources, source("127.0.0.1:9")]
    async with serving(config(sources=sources)) as served:
        opened = await served.open()
        await served.send(track("one", "Checkout Started"))
        assert names(await polled(served, opened, lambda frames: len(names(frames)) == 1)) == [
            "Checkout Started"
        ]
        stream = await streams(served)
        assert not stream["connected"]
        assert stream["trouble"].startswith(
            "Kafka at 127.0.0.1:9 cannot be read. Nothing listens there."
        )
