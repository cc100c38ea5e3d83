"""The two ledgers under load, over real sockets: what was taken equals what each viewer received or
is said to have missed.
"""

import asyncio
import hmac
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any

from dagnet_realtime.model.workspace import Policy
from tests.support.server import GRAPH, SECRET, WRITE_KEY, Served, config, serving, track

ROUNDS, BATCH = 50, 200
EVENTS = [
    "view_item",
    "add_to_cart",
    "begin_checkout",
    "nobody_listens",
    *(f"rare {n}" for n in range(300)),
]
LIT = {"view_item", "add_to_cart", "begin_checkout"}
SENDERS = 4
AHEAD = (
    600  # events by which senders may lead the slowest viewer, plus a batch of each; within the log
)
THIN = Policy(
    sample=0.5, carried_per_second=40, max_rate=200, log_entries=AHEAD + SENDERS * BATCH + 100
)


class Sent:
    """What senders know at the end: which messages were taken, and how many answers of each status they got."""

    def __init__(self) -> None:
        self.taken: dict[str, str] = {}
        self.answers: Counter[int] = Counter()


async def deliver(
    served: Served, chance: random.Random, number: int, sent: Sent, viewers: Sequence["Viewer"]
) -> None:
    """Batches, singles, retries, forgeries and rubbish of one sender, as fast as `viewers` can follow."""
    for turn in range(ROUNDS):
        while len(sent.taken) - min(viewer.heard for viewer in viewers) > AHEAD:
            await asyncio.sleep(0.01)
        size = chance.choice((1, 3, BATCH))
        messages = [
            track(f"{number}.{turn}.{n}", chance.choice(EVENTS[: chance.choice((4, 300))]))
            for n in range(size)
        ]
        kind = chance.choice(("good", "good", "good", "twice", "forged", "rubbish", "tracking"))
        body, first = (
            json.dumps(messages[0] if size == 1 else messages).encode(),
            json.dumps(messages[0]).encode(),
        )
        if kind == "rubbish":
            body = first = b"{rubbish}"
        headers = {
            "x-signature": "0" * 40
            if kind == "forged"
            else hmac.digest(SECRET, first, "sha1").hex()
        }
        for _ in range(2 if kind == "twice" else 1):
            if kind == "tracking":
                answer = await served.client.post(
                    "/v1/batch", json={"batch": messages, "writeKey": WRITE_KEY}
                )
            else:
                answer = await served.client.post(
                    "/segment/webhook/web", content=body, headers=headers
                )
            sent.answers[answer.status_code] += 1
            if answer.status_code == 200:
                sent.taken |= {message["messageId"]: message["event"] for message in messages}


async def frames(served: Served, session: str, after: str) -> AsyncIterator[dict[str, Any]]:
    """A stream's frames from `after` on."""
    async with served.client.stream(
        "GET", f"/api/watch/{session}/stream", params={"after": after}
    ) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


class Viewer:
    """Adds up the frames of a session; each must begin where the one before it ended."""

    def __init__(self, opened: dict[str, Any]) -> None:
        self.session: str = opened["watch_session_id"]
        self.position: str = opened["position"]
        self.sums: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.missed = 0
        self.carried: list[str] = []

    @property
    def heard(self) -> int:
        return self.sums["offered"] + self.missed

    def take(self, frame: dict[str, Any]) -> None:
        match frame["op"]:
            case "batch":
                assert frame["from"] == self.position
                ledger = frame["ledger"]
                assert (
                    ledger["offered"]
                    == ledger["lit"] + ledger["unmapped"] + ledger["filtered"] + ledger["missed"]
                )
                assert (
                    ledger["lit"] + ledger["unmapped"]
                    == ledger["carried"]
                    + ledger["thinned"]
                    + ledger["sampled_out"]
                    + ledger["forgotten"]
                )
                assert ledger["carried"] == len(frame["events"])
                assert sum(frame["unmapped"].values()) + frame["other"] == ledger["unmapped"]
                self.sums.update(ledger)
                self.counts.update(frame["counts"])
                self.carried += [event["id"] for event in frame["events"]]
            case "gap":
                assert frame["from"] == self.position
                self.missed += frame["missed"]
        self.position = frame.get("position") or frame.get("to") or self.position

    async def watch(self, served: Served, cut_after: int = 0) -> None:
        """Streams until the task is cancelled; after `cut_after` batches the connection is cut and resumed, again and again."""
        while True:
            left = cut_after
            async for frame in frames(served, self.session, self.position):
                self.take(frame)
                left -= frame["op"] == "batch"
                if left == 0 and cut_after:
                    break

    async def poll(self, served: Served) -> None:
        """Polls until the task is cancelled."""
        while True:
            answer = await served.client.get(
                f"/api/watch/{self.session}/frames", params={"after": self.position, "wait": 1}
            )
            for frame in answer.json()["frames"]:
                self.take(frame)


async def test_both_ledgers_sum_under_load() -> None:
    """DOOR-1, HUB-6, LOG-8: they sum with thinning, sampling, filters, repeats, refusals, rate
    limits, reconnects and lost tails.
    """
    chance = random.Random(7)
    sent = Sent()
    async with asyncio.timeout(60), serving(config(THIN)) as served:
        whole, cut, polled = [Viewer(await served.open()) for _ in range(3)]
        filtered, late = (
            Viewer(await served.open("event:view_item")),
            Viewer(await served.open("-is:test")),
        )
        async with asyncio.TaskGroup() as watching:
            tasks = [watching.create_task(viewer.watch(served)) for viewer in (whole, filtered)]
            tasks += [
                watching.create_task(cut.watch(served, cut_after=2)),
                watching.create_task(polled.poll(served)),
            ]
            async with asyncio.TaskGroup() as sending:
                for number in range(SENDERS):
                    sending.create_task(
                        deliver(served, chance, number, sent, (whole, cut, polled, filtered))
                    )
            tasks.append(watching.create_task(late.watch(served)))
            doors = await doorway(served, whole.session)
            viewers = (whole, cut, polled, late, filtered)
            while any(viewer.heard < doors["taken"] for viewer in viewers):
                await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()
        graph = (await served.client.get(f"/api/workspaces/shop/test/graphs/{GRAPH}")).json()
    assert {200, 400, 401, 429} <= set(sent.answers)
    assert doors["taken"] == len(sent.taken)
    assert doors["rate_limited"] > 0
    assert doors["duplicate"] > 0
    assert [viewer.heard for viewer in viewers] == [len(sent.taken)] * 5
    assert 0 < late.missed <= len(sent.taken) - THIN.log_entries
    names = {
        node["uuid"]: listened["names"][0]
        for listened in graph["listens"]
        for node in [{"uuid": listened["node"]}]
    }
    lit = Counter(name for name in sent.taken.values() if name in LIT)
    for viewer in (whole, cut, polled):
        assert (viewer.missed, len(viewer.carried), len(set(viewer.carried))) == (
            0,
            viewer.sums["carried"],
            viewer.sums["carried"],
        )
        assert Counter({names[node]: count for node, count in viewer.counts.items()}) == lit
        assert viewer.sums["lit"] == sum(lit.values())
    assert filtered.sums["lit"] == lit["view_item"]
    assert filtered.sums["filtered"] == len(sent.taken) - lit["view_item"]
    assert whole.sums["thinned"] > 0
    assert whole.sums["sampled_out"] > 0


async def doorway(served: Served, session: str) -> Counter[str]:
    """What became of the events at all doors together, as a hello tells it; each door's ledger must sum."""
    hello = (await served.client.get(f"/api/watch/{session}/frames", params={"wait": 0})).json()[
        "frames"
    ][0]
    found: Counter[str] = Counter()
    for door in hello["ledger"].values():
        refused = door.pop("refused")
        assert (
            door["received"]
            == sum(refused.values())
            + door["rate_limited"]
            + door["unwatched"]
            + door["duplicate"]
            + door["taken"]
        )
        found.update(door)
    return found
