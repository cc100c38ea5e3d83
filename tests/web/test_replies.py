"""Whole answers."""

import json

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.replies import json_reply, problem_reply


def test_a_problem_says_what_to_do_and_when() -> None:
    """WEB-12: `application/problem+json` with code, title, detail, remedy; `Retry-After` in whole seconds."""
    answer = problem_reply(Problem("rate_limited", "Too fast", "why", "Wait", retry_after=1.2))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    said = json.loads(answer.body)
    assert said == {"code": "rate_limited", "title": "Too fast", "status": 429, "detail": "why", "remedy": "Wait"}


def test_json_is_json() -> None:
    """WEB-13: UTF-8, with its type."""
    answer = json_reply({"a": "é"}, 201)
    assert (answer.status_code, answer.headers["content-type"], answer.body) == (201, "application/json", '{"a":"é"}'.encode())
