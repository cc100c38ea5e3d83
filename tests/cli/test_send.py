"""`send`."""

import json
from pathlib import Path
from random import Random

import httpx
import pytest

from dagnet_realtime.app.sender import Sender
from dagnet_realtime.cli.send import CONCURRENCY, batches, deliver, read, when
from dagnet_realtime.model.problem import Problem

EVENTS = [{"type": "track", "event": "e", "messageId": str(number)} for number in range(10)]


async def test_every_event_is_sent_once_in_deliveries_of_the_size_asked_for() -> None:
    """CLI-10: `send` posts every event once, single or batched."""
    got: list[object] = []

    def take(request: httpx.Request) -> httpx.Response:
        got.append(json.loads(request.content))
        return httpx.Response(200 if len(got) < 4 else 400)

    sender = Sender("http://here/x", chance=Random(1), transport=httpx.MockTransport(take))
    answers = await deliver(sender, list(batches(EVENTS, 3)), [0.0] * 4, batched=True)
    assert [answer.taken for answer in answers] == [True, True, True, False]
    assert sorted(event["messageId"] for load in got for event in load) == [
        str(number) for number in range(10)
    ]  # type: ignore[attr-defined]
    assert CONCURRENCY > 1


def test_deliveries_leave_at_the_rate_and_with_the_jitter_asked_for() -> None:
    assert when(6, 2, 2.0, 0.0, Random(1)) == [0.0, 1.0, 2.0]
    assert when(3, 1, 0.0, 0.0, Random(1)) == [0.0, 0.0, 0.0]
    jittered = when(3, 1, 1.0, 5.0, Random(1))
    assert all(start <= at <= start + 5 for start, at in enumerate(jittered))


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"\xff")
    (tmp_path / "bom").write_bytes(b"\xef\xbb\xbf[]")
    assert read(tmp_path / "bom") == "[]"
    for name in ("bad", "gone", "."):
        with pytest.raises(Problem):
            read(tmp_path / name)
