"""Answers in one piece: bytes, JSON and problems, with their headers."""

import json
from typing import Any

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.responses import (
    CLOSE,
    JSON_TYPE,
    json_response,
    problem_body,
    problem_response,
    refusal_body,
    retry_headers,
    send_and_drain,
    send_response,
)

SLOW = Problem("rate_limited", "Too fast", "12 events", "Wait", retry_after=1.2)


async def test_an_answer_is_two_messages_with_its_length() -> None:
    """DOOR-11: an answer has its length, and no cache stores it."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await send_response(send, 200, [JSON_TYPE], b"{}")
    assert sent[0]["status"] == 200
    assert set(sent[0]["headers"]) == {
        JSON_TYPE,
        (b"cache-control", b"no-store"),
        (b"content-length", b"2"),
    }
    assert sent[1] == {"type": "http.response.body", "body": b"{}"}


def test_a_problem_says_what_was_wrong_and_what_to_do() -> None:
    """DOOR-11: it is written as problem+json, and in the form of Segment's tracking API."""
    said = json.loads(problem_body(SLOW))
    assert said == {
        "code": "rate_limited",
        "title": "Too fast",
        "status": 429,
        "detail": "12 events",
        "remedy": "Wait",
    }
    assert json.loads(refusal_body(SLOW)) == {
        "success": False,
        "code": "rate_limited",
        "message": "Too fast. 12 events. Wait.",
    }


def test_waits_are_whole_seconds_rounded_up() -> None:
    """DOOR-11: only a problem with a time to retry has such headers."""
    assert retry_headers(SLOW) == [(b"retry-after", b"2"), (b"x-ratelimit-reset", b"2")]
    assert retry_headers(Problem("invalid", "No")) == []


async def test_a_sender_of_too_much_is_answered_at_once_and_then_heard_out() -> None:
    """DOOR-8: what it still writes is thrown away, so that it can read its answer; then the connection closes."""
    sent: list[Any] = []
    coming = [
        {"type": "http.request", "body": b"x", "more_body": True},
        {"type": "http.request", "body": b"x", "more_body": False},
    ]

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        assert sent[1]["body"] == b"{}"
        return coming.pop(0)

    await send_and_drain(receive, send, 413, [JSON_TYPE], b"{}")
    assert CLOSE in sent[0]["headers"]
    assert (coming, sent[2]) == ([], {"type": "http.response.body", "body": b""})


def test_a_problem_says_what_to_do_and_when() -> None:
    """WEB-12: it is `application/problem+json` with code, title, detail and remedy; `Retry-After`
    is in whole seconds.
    """
    answer = problem_response(Problem("rate_limited", "Too fast", "why", "Wait", retry_after=1.2))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    said = json.loads(answer.body)
    assert said == {
        "code": "rate_limited",
        "title": "Too fast",
        "status": 429,
        "detail": "why",
        "remedy": "Wait",
    }


def test_json_is_json() -> None:
    """API-3: JSON is UTF-8, with its content type."""
    answer = json_response({"a": "é"}, 201)
    assert (answer.status_code, answer.headers["content-type"], answer.body) == (
        201,
        "application/json",
        '{"a":"é"}'.encode(),
    )
