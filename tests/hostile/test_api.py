"""The whole HTTP surface, asked over real sockets what its own document allows and what it does not."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from math import inf
from pathlib import Path
from typing import Annotated, Any, get_origin

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi import checks

from dagnet_realtime.core.segment.tracking import is_batch, open_batch
from dagnet_realtime.core.segment.webhook import split_delivery
from dagnet_realtime.core.signature import sign
from dagnet_realtime.web.openapi import Operation
from dagnet_realtime.web.routes import sign_in
from dagnet_realtime.web.routes.openapi import ALL_OPERATIONS
from tests.hostile.api import BASIC, SECONDS, Town, a_clear_answer, aim, hurry, named, town
from tests.support.deliveries import CALLS, DELIVERIES
from tests.support.server import SECRET
from tests.support.tries import SECONDS as SECONDS_OF_FUZZ
from tests.support.tries import tries, within

PROMISED = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    a_clear_answer,
]
IN_PART = {"deliver_post", "deliver_put", "deliver_patch", "track_b", "track_batch"}
"""Operations that take the valid events of a batch, and refuse the others beside them."""
REFUSING = [400, 401, 403, 404, 405, 410, 413, 429, 503]
WAYS_IN = [sign_in.SHOWN, sign_in.TYPED, sign_in.BEGUN, sign_in.CAME_BACK]
ASKED = [("local", offer) for offer in ALL_OPERATIONS if offer not in WAYS_IN]
ASKED += [("token", offer) for offer in (sign_in.SHOWN, sign_in.TYPED, sign_in.LEFT)]
ASKED += [
    ("oidc", offer) for offer in (sign_in.SHOWN, sign_in.BEGUN, sign_in.CAME_BACK, sign_in.LEFT)
]


class Place:
    """A server, and its document as schemathesis reads it."""

    def __init__(self, server: Town) -> None:
        self.server = server
        self.schema = schemathesis.openapi.from_dict(server.document)
        self.schema.config.update(base_url=server.url)
        self.schema.config.checks.negative_data_rejection.expected_statuses = REFUSING
        self.strategies: dict[tuple[str, bool], st.SearchStrategy[Case]] = {}

    def cases(self, offer: Operation, *, right: bool) -> st.SearchStrategy[Case]:
        """Requests as the document describes them, or wrong ones."""
        if (offer.operation_id, right) not in self.strategies:
            operation = self.schema[offer.path][offer.method]
            mode = GenerationMode.POSITIVE if right else GenerationMode.NEGATIVE
            self.strategies[offer.operation_id, right] = operation.as_strategy(generation_mode=mode)
        return self.strategies[offer.operation_id, right]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Place]]:
    """The server of a mode of access, started when it is first asked for."""
    with ExitStack() as stack:
        started: dict[str, Place] = {}

        def of(mode: str) -> Place:
            if mode not in started:
                started[mode] = Place(
                    stack.enter_context(town(mode, Path(tmp_path_factory.mktemp(mode))))
                )
            return started[mode]

        yield of


def can_be_wrong(offer: Operation) -> bool:
    """Whether the document rules anything out; a text that may be any text cannot be wrong."""
    return any(type is not Any for type in offer.request_body.values()) or any(
        get_origin(asked.type) is Annotated for asked in offer.parameters
    )


@pytest.mark.parametrize(("mode", "offer"), ASKED, ids=named)
@tries(6, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_answer_is_one_that_the_document_names(
    mode: str,
    offer: Operation,
    data: st.DataObject,
    place: Callable[[str], Place],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """API-3, WEB-12: right requests and wrong ones, aimed at what is there and at what is not, signed in and not."""
    there = place(mode)
    case = data.draw(there.cases(offer, right=not can_be_wrong(offer) or data.draw(st.booleans())))
    endless = offer.operation_id == "stream"
    session = there.server.on() if "/watch/{id}" in offer.path and not endless else ""
    if data.draw(st.booleans()) and not endless:
        aim(case, session)
    hurry(case)
    answer = there.server.ask(case, signed_in=data.draw(st.booleans()))
    if session:
        there.server.off(session)
    case.validate_response(
        answer,
        checks=PROMISED
        if offer.operation_id in IN_PART
        else [*PROMISED, checks.negative_data_rejection],
    )
    assert not caplog.messages, caplog.messages


@pytest.mark.tried
def test_what_one_answer_gives_another_request_takes(
    place: Callable[[str], Place], caplog: pytest.LogCaptureFixture
) -> None:
    """API-3: On, then any operations of a session in any order, Off in between."""
    there = place("local")
    enough, failures = within(lambda: None, SECONDS_OF_FUZZ or inf), []
    only = there.schema.include(path_regex="^/api/watch").exclude(path_regex="stream$")

    class Machine(only.as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: Case) -> None:
            hurry(case)
            if case.operation.label == "POST /api/watch" and isinstance(case.body, dict):
                aim(case, "")

        def call(self, case: Case, **_: Any) -> schemathesis.Response:
            return case.call(
                base_url=there.server.url,
                headers=there.server.signed_in,
                session=there.server.asking,
                timeout=SECONDS,
            )

        def validate_response(self, response: schemathesis.Response, case: Case, **_: Any) -> None:
            there.server.stay()
            failures.append(case)
            case.validate_response(response, checks=PROMISED)
            failures.pop()

        def teardown(self) -> None:
            if not failures:
                enough()

    run_state_machine_as_test(
        Machine, settings=tries(4, stateful_step_count=6, suppress_health_check=list(HealthCheck))
    )
    assert not caplog.messages, caplog.messages


@tries(20, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_delivery_is_answered_and_accounted_for(
    data: st.DataObject, place: Callable[[str], Place], caplog: pytest.LogCaptureFixture
) -> None:
    """API-3, DOOR-1, DOOR-8, SEG-7: deliveries with any wrong field or byte, packed, chunked, as
    bombs, signed or not, are answered and counted.
    """
    there = place("local").server
    path = data.draw(
        st.sampled_from(
            [
                "/segment/webhook/web",
                "/segment/webhook/any",
                "/v1/track",
                "/v1/batch",
                "/v1/identify",
            ]
        )
    )
    body = data.draw(CALLS if path.startswith("/v1/") else DELIVERIES)
    packing = data.draw(st.sampled_from(["", "", "gzip", "deflate", "bomb", "br"]))
    packed = {"gzip": gzip.compress, "deflate": zlib.compress, "bomb": bomb}.get(packing, bytes)(
        body
    )
    headers = {"content-encoding": "gzip" if packing == "bomb" else packing} if packing else {}
    if path.startswith("/v1/"):
        headers["authorization"] = BASIC
    elif data.draw(st.booleans()):
        headers["x-signature"] = sign(SECRET, body)
    chunked = (
        iter([packed[:7], packed[7:]]) if len(packed) > 7 and data.draw(st.booleans()) else packed
    )
    before = there.received()
    answer = there.asking.post(there.url + path, data=chunked, headers=headers, timeout=SECONDS)
    said = answer.json()
    assert answer.status_code in (200, 400, 401, 413, 429), said
    assert answer.status_code == 200 or said["code"] in (
        "invalid",
        "unauthorized",
        "too_large",
        "rate_limited",
    )
    if answer.status_code == 200:
        of_batch = (
            open_batch(body)[1] if path == "/v1/batch" or is_batch(body) else [body]
        )  # one is taken on each route
        assert there.received() - before >= len(
            of_batch if path.startswith("/v1/") else split_delivery(body)
        )
    else:
        assert there.received() > before or path.startswith("/v1/")
    assert not caplog.messages, caplog.messages


def bomb(body: bytes) -> bytes:
    """What is small while packed."""
    return gzip.compress(body + b" " * 9_000_000, 1)
