"""What every transport of a watch session promises; push and poll each inherit `TransportContract`."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from dagnet_realtime.model.workspace import Policy
from tests.support.server import Served, config, label_of, serving, track

Frames = list[dict[str, Any]]


class Lane:
    """One transport. `frames` reads after `after` until `enough` says so, or `seconds` are over."""

    async def frames(
        self,
        served: Served,
        session: str,
        after: str | None,
        enough: Callable[[Frames], bool],
        seconds: float = 5,
    ) -> Frames:
        raise NotImplementedError

    async def refusal(self, served: Served, session: str, after: str | None) -> httpx.Response:
        raise NotImplementedError


@asynccontextmanager
async def watched(policy: Policy | None = None) -> AsyncIterator[tuple[Served, dict[str, Any]]]:
    async with serving(config(policy)) as served:
        yield served, await served.open()


def counted(frames: Frames) -> int:
    return sum(sum(frame["counts"].values()) for frame in frames if frame["op"] == "batch")


def seen(count: int) -> Callable[[Frames], bool]:
    return lambda frames: counted(frames) >= count


def ops(*wanted: str) -> Callable[[Frames], bool]:
    return lambda frames: {frame["op"] for frame in frames} >= set(wanted)


class TransportContract:
    """Inherit, and give a fixture `lane`."""

    async def test_the_first_frame_is_a_hello(self, lane: Lane) -> None:
        """HUB-1: a hello has On's position, the graph's version, the posture and the ledger."""
        async with watched() as (served, session):
            (hello,) = await lane.frames(served, session["watch_session_id"], None, ops("hello"))
            assert hello["op"] == "hello"
            assert hello["position"] == session["position"]
            assert hello["graph_version"] == session["graph_version"]
            assert hello["posture"] == session["posture"]
            assert set(hello["ledger"]) == {"web", "sdk"}
            assert hello["protocol"] == 1

    async def test_a_delivery_becomes_counts_and_events(self, lane: Lane) -> None:
        """HUB-6: what was sent is lit once, with its event; frames join."""
        async with watched() as (served, session):
            await served.send(track("m1"), track("m2"), track("m1"))
            await served.send(track("m2"), track("m3"))
            frames = await lane.frames(
                served, session["watch_session_id"], session["position"], seen(3)
            )
            batches = [frame for frame in frames if frame["op"] == "batch"]
            assert counted(frames) == 3
            assert [label_of(event["id"]) for batch in batches for event in batch["events"]] == [
                "m1",
                "m2",
                "m3",
            ]
            at = session["position"]
            for batch in batches:
                assert batch["from"] == at
                at = batch["position"]

    async def test_events_carry_their_place_in_the_log(self, lane: Lane) -> None:
        """HUB-23, TRC-9: `offset` orders events of one moment, also across frames."""
        async with watched() as (served, session):
            id = session["watch_session_id"]
            await served.send(track("m3"), track("m1"))
            first = await lane.frames(served, id, session["position"], seen(2))
            await served.send(track("m1"), track("m2"))
            second = await lane.frames(served, id, first[-1]["position"], seen(1))
            events = [
                event
                for frame in (*first, *second)
                if frame["op"] == "batch"
                for event in frame["events"]
            ]
            assert [(label_of(event["id"]), event["offset"]) for event in events] == [
                ("m3", 1),
                ("m1", 2),
                ("m2", 3),
            ]

    async def test_a_viewer_goes_on_after_its_position(self, lane: Lane) -> None:
        """HUB-7: the last position it had, sent back, leads on without loss or repeat."""
        async with watched() as (served, session):
            id = session["watch_session_id"]
            await served.send(track("m1"))
            first = await lane.frames(served, id, session["position"], seen(1))
            await served.send(track("m2"), track("m3"))
            second = await lane.frames(served, id, first[-1]["position"], seen(2))
            assert [
                label_of(event["id"])
                for frame in second
                if frame["op"] == "batch"
                for event in frame["events"]
            ] == ["m2", "m3"]

    async def test_a_position_of_another_life_is_a_gap(self, lane: Lane) -> None:
        """HUB-7: a gap reports it, and what the log holds follows."""
        async with watched() as (served, session):
            await served.send(track("m1"))
            frames = await lane.frames(
                served, session["watch_session_id"], "another.17.abcdef", seen(1)
            )
            gap = next(frame for frame in frames if frame["op"] == "gap")
            assert (gap["from"], gap["missed"], gap["reason"]) == (
                "another.17.abcdef",
                None,
                "epoch",
            )
            assert counted(frames) == 1

    async def test_a_reader_behind_the_tail_learns_what_it_missed(self, lane: Lane) -> None:
        """HUB-7: the gap says how many events it missed."""
        async with watched(Policy(log_entries=10)) as (served, session):
            await served.send(*(track(f"m{number}") for number in range(25)))
            frames = await lane.frames(
                served, session["watch_session_id"], session["position"], seen(10)
            )
            gap = next(frame for frame in frames if frame["op"] == "gap")
            assert (gap["missed"], gap["reason"]) == (15, "retention")
            assert counted(frames) == 10

    async def test_what_is_no_position_is_refused(self, lane: Lane) -> None:
        """WEB-6: text that is no position is a problem, not a guess."""
        async with watched() as (served, session):
            answer = await lane.refusal(served, session["watch_session_id"], "not a position")
            assert answer.status_code == 400
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] == "invalid"

    async def test_a_session_that_has_ended_is_gone(self, lane: Lane) -> None:
        """WEB-6: a session is gone after Off, as is an unknown id."""
        async with watched() as (served, session):
            id = session["watch_session_id"]
            assert (await served.client.delete(f"/api/watch/{id}")).status_code == 204
            for gone in (id, "never-was"):
                answer = await lane.refusal(served, gone, None)
                assert (answer.status_code, answer.json()["code"]) == (410, "gone")

    async def test_no_one_watches_without_signing_in(self, lane: Lane) -> None:
        """ACC-1: a session's id alone opens nothing."""
        async with watched() as (served, session):
            served.client.headers.pop("authorization")
            answer = await lane.refusal(served, session["watch_session_id"], None)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")

    @pytest.mark.parametrize("filter", ["device:mobile", "-device:mobile"])
    async def test_a_filter_of_the_session_holds(self, lane: Lane, filter: str) -> None:
        """HUB-17: what it leaves out is counted as filtered."""
        async with serving(config(Policy(properties=("device",)))) as served:
            session = await served.open(filter)
            await served.send(
                track("m1", properties={"device": "mobile"}),
                track("m2", properties={"device": "desktop"}),
            )
            frames = await lane.frames(
                served, session["watch_session_id"], session["position"], seen(1)
            )
            ledgers = [frame["ledger"] for frame in frames if frame["op"] == "batch"]
            assert sum(ledger["filtered"] for ledger in ledgers) == 1
            assert counted(frames) == 1

    async def test_a_session_that_moves_to_another_graph_is_counted_there_since_on(
        self, lane: Lane
    ) -> None:
        """HUB-35: the session and its position stay; a graph that is not there moves nothing."""
        async with watched() as (served, session):
            path = f"/api/watch/{session['watch_session_id']}"
            joined = track("m2", "sign_up", properties={"form": "newsletter"})
            await served.send(track("m1"), joined, track("m3"))
            await lane.frames(served, session["watch_session_id"], session["position"], seen(2))
            refused = await served.client.patch(path, json={"graph": "nowhere"})
            assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
            moved = (await served.client.patch(path, json={"graph": "newsletter-sign-up"})).json()
            assert {**moved, "graph_version": "", "expires_at": ""} == {
                **session,
                "graph_version": "",
                "expires_at": "",
            }
            assert moved["graph_version"] != session["graph_version"]
            frames = await lane.frames(
                served, session["watch_session_id"], session["position"], seen(1)
            )
            assert (
                sum(frame["ledger"]["offered"] for frame in frames if frame["op"] == "batch") == 3
            )
            assert counted(frames) == 1
