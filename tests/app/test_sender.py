"""Deliveries as Segment makes them."""

import hashlib
import hmac
import json
from random import Random

import httpx
import pytest

from dagnet_realtime.app.sender import Sender, describe_failure, is_retryable
from dagnet_realtime.core.signature import Verifier
from dagnet_realtime.core.simulation import SimulatedCall, message
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.workspace import Channel, Source

SECRET = Secret("s3")
MESSAGES = [
    message(SimulatedCall(id=str(number), type="track", name="é", anonymous_id="a"), 0)
    for number in range(3)
]


class Receiver:
    """Answers with the statuses given, the last one again and again; keeps the requests and the waits between them."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def sender(self, url: str = "http://here/segment/webhook/web", **options: object) -> Sender:
        return Sender(
            url, chance=Random(1), sleep=self.sleep, transport=httpx.MockTransport(self), **options
        )  # type: ignore[arg-type]


async def test_a_single_delivery_is_signed_over_its_body() -> None:
    """CLI-10: deliveries are signed as Segment signs them: one event over its body, a batch over its first element."""
    receiver = Receiver(httpx.Response(200))
    async with receiver.sender(secret=SECRET) as sender:
        answer = await sender.send(MESSAGES[:1])
    request = receiver.requests[0]
    assert answer.taken
    assert (
        request.headers["x-signature"] == hmac.new(b"s3", request.content, hashlib.sha1).hexdigest()
    )
    assert json.loads(request.content) == MESSAGES[0]
    Verifier(Source(id="web", channel=Channel("w", "e"), kind="webhook", secrets=(SECRET,))).verify(
        request.content,
        request.headers["x-signature"],
    )


async def test_a_batch_is_signed_on_its_first_element() -> None:
    """CLI-10: a batch is signed over its first element."""
    receiver = Receiver(httpx.Response(200))
    async with receiver.sender(secret=SECRET) as sender:
        await sender.send(MESSAGES)
        await sender.send(MESSAGES[:1], batched=True)
    request, one = receiver.requests
    assert json.loads(request.content) == MESSAGES
    assert json.loads(one.content) == MESSAGES[:1]
    Verifier(Source(id="web", channel=Channel("w", "e"), kind="webhook", secrets=(SECRET,))).verify(
        request.content,
        request.headers["x-signature"],
    )


async def test_the_tracking_api_gets_a_batch_with_the_write_key() -> None:
    receiver = Receiver(httpx.Response(200, json={"success": True}))
    async with receiver.sender("http://here/v1/t", write_key=Secret("wk")) as sender:
        await sender.send(MESSAGES[:1])
    request = receiver.requests[0]
    sent = json.loads(request.content)
    assert request.url.path == "/v1/batch"
    assert sent["writeKey"] == "wk"
    assert sent["batch"][0]["event"] == "é"
    assert "x-signature" not in request.headers


@pytest.mark.parametrize("status", [408, 423, 429, 500, 502, 503])
async def test_what_segment_retries_is_sent_again(status: int) -> None:
    """CLI-10: deliveries are retried as Segment retries them, a bounded number of times."""
    receiver = Receiver(httpx.Response(status), httpx.ConnectError("refused"), httpx.Response(200))
    async with receiver.sender() as sender:
        answer = await sender.send(MESSAGES[:1])
    assert (answer.status, answer.attempts) == (200, 3)
    assert len(receiver.waits) == 2
    assert receiver.requests[0].content == receiver.requests[2].content


@pytest.mark.parametrize("status", [400, 401, 404, 413, 501])
async def test_what_segment_drops_is_not_sent_again(status: int) -> None:
    receiver = Receiver(
        httpx.Response(status, json={"title": "No", "detail": "Because", "remedy": "Do."})
    )
    async with receiver.sender() as sender:
        answer = await sender.send(MESSAGES[:1])
    assert (answer.status, answer.attempts, answer.taken) == (status, 1, False)
    assert answer.reason == f"Answered {status} — No. Because. Do"


async def test_attempts_are_bounded_and_the_waits_too() -> None:
    receiver = Receiver(
        httpx.Response(503, headers={"retry-after": "9999"}),
        httpx.Response(503, headers={"retry-after": "x"}),
    )
    async with receiver.sender() as sender:
        answer = await sender.send(MESSAGES[:1])
    assert (answer.status, answer.attempts) == (503, 6)
    assert len(receiver.waits) == 5
    assert max(receiver.waits) == 30.0


async def test_an_unreachable_server_is_reported_in_a_sentence() -> None:
    receiver = Receiver(httpx.ConnectError("refused"))
    async with receiver.sender(attempts=2) as sender:
        answer = await sender.send(MESSAGES[:1])
    assert (answer.status, answer.attempts) == (0, 2)
    assert (
        answer.reason
        == "No answer from http://here/segment/webhook/web: nothing can be reached there"
    )
    assert describe_failure(httpx.ReadTimeout("slow")) == "it timed out"
    assert describe_failure(httpx.ReadError("cut")) == "the connection broke (ReadError)"


def test_only_what_may_succeed_later_is_retried() -> None:
    assert [
        status for status in (200, 400, 408, 410, 429, 500, 501, 503) if is_retryable(status)
    ] == [408, 429, 500, 503]
