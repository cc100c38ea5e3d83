"""The delivery routes over ASGI: webhook and tracking API, CORS, and the addresses that
SDKs use.
"""

import asyncio
import base64
import gzip
import json
import logging
from collections.abc import Sequence
from typing import Any

import httpx
import msgspec
import pytest

from dagnet_realtime.core import json_text
from dagnet_realtime.core.segment.message import Message
from dagnet_realtime.core.segment.tracking import ROUTES
from dagnet_realtime.core.signature import sign
from dagnet_realtime.core.times import iso
from dagnet_realtime.hub.ingest import Intake
from dagnet_realtime.model.event import Entry
from dagnet_realtime.model.frame import IngestCounters
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.web.body import BodyLimits, UnprovenBytes
from dagnet_realtime.web.routes.ingest import (
    ANY_ORIGIN,
    INGEST_OPERATIONS,
    Batch,
    Event,
    TrackingApp,
    WebhookApp,
    kind_of,
    posting,
    preflight,
    tracking_route,
    webhook_source,
)
from tests.hub.test_ingest import ACME, BATCH, House, track


def test_a_preflight_allows_what_the_sdk_asks_for() -> None:
    """DOOR-10: analytics.js asks for authorization since 1.84; sendBeacon with JSON sends credentials."""
    answer = dict(
        preflight(
            [
                (b"origin", b"https://shop.example.com"),
                (b"access-control-request-headers", b"authorization,x-own"),
            ]
        )
    )
    assert answer[b"access-control-allow-headers"] == b"authorization,x-own"
    assert answer[b"access-control-allow-origin"] == b"https://shop.example.com"
    assert answer[b"access-control-allow-credentials"] == b"true"
    assert answer[b"access-control-allow-methods"] == b"POST, OPTIONS"
    assert set(answer[b"vary"].split(b", ")) == {
        b"origin",
        b"access-control-request-method",
        b"access-control-request-headers",
        b"access-control-request-private-network",
    }


def test_what_is_read_across_origins_is_read_without_credentials() -> None:
    """DOOR-10: any origin may read it, without credentials."""
    answer = dict(preflight([(b"origin", b"https://shop.example.com")], reads=True))
    assert answer[b"access-control-allow-origin"] == b"*"
    assert b"access-control-allow-credentials" not in answer
    assert answer[b"access-control-allow-methods"] == b"GET, OPTIONS"


@pytest.mark.parametrize(
    "origin", [b"null", b"http://localhost:3000", b"capacitor://localhost", b"http://[::1]:8080"]
)
def test_an_answer_to_a_post_names_its_origin(origin: bytes) -> None:
    """DOOR-10: the page may read the answer, with and without credentials."""
    answer = dict(posting([(b"origin", origin)]))
    assert (
        answer[b"access-control-allow-origin"],
        answer[b"access-control-allow-credentials"],
    ) == (origin, b"true")
    assert answer[b"vary"] == b"origin"


@pytest.mark.parametrize(
    "origin",
    [
        b"",
        b"*",
        b"https://a, https://b",
        b"https://a\r\nset-cookie: x",
        b"https://a/path",
        b"x" * 400,
    ],
)
def test_a_strange_origin_is_not_echoed(origin: bytes) -> None:
    """DOOR-10: a malformed or repeated Origin is not echoed."""
    for headers in (
        [(b"origin", origin)],
        [(b"origin", b"https://a"), (b"origin", b"https://b")],
        [],
    ):
        answer = dict(posting(headers))
        assert answer[b"access-control-allow-origin"] == b"*"
        assert b"access-control-allow-credentials" not in answer
        assert answer[b"vary"] == b"origin"


def test_a_strange_list_of_headers_is_not_echoed() -> None:
    """DOOR-10: only a plain list of header names is copied into our headers."""
    for strange in (b"a\r\nset-cookie: x", b"<script>", b"x" * 2000, b"", b"a," * 100):
        assert dict(preflight([(b"access-control-request-headers", strange)]))[
            b"access-control-allow-headers"
        ].startswith(b"authorization")


def test_a_page_on_the_internet_may_report_to_this_machine() -> None:
    """DOOR-10: the private network is allowed if the browser asks."""
    asked = [(b"access-control-request-private-network", b"true")]
    assert (b"access-control-allow-private-network", b"true") in preflight(asked)
    assert b"access-control-allow-private-network" not in dict(preflight([]))
    assert dict(ANY_ORIGIN)[b"access-control-allow-origin"] == b"*"


SECRET = b"s3cret"
KEY = {"authorization": "Basic " + base64.b64encode(b"LOCALKEY:").decode()}
LIMITS = BodyLimits(webhook=20_000, tracking=10_000, seconds=1.0)


async def ask(app: Any, method: str, path: str, **request: Any) -> httpx.Response:
    """One request to the app."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://realtime.test:8765"
    ) as client:
        return await client.request(method, path, **request)


async def deliver(
    house: House,
    body: bytes,
    method: str = "POST",
    path: str = "/segment/webhook/web",
    **headers: str,
) -> httpx.Response:
    """A signed webhook delivery."""
    signed = {"x-signature": sign(SECRET, body), **headers}
    return await ask(WebhookApp(house.intake, LIMITS), method, path, content=body, headers=signed)


async def call(
    house: House, path: str, body: Any, method: str = "POST", **headers: str
) -> httpx.Response:
    """A call of the tracking API."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await ask(
        TrackingApp(house.intake, LIMITS), method, path, content=content, headers=headers
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_a_delivery_is_taken(method: str) -> None:
    """DOOR-11: a delivery and its repeat are both answered 200."""
    house = House()
    await house.watch()
    for _ in range(2):
        answer = await deliver(house, json.dumps(track()).encode(), method)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert house.door == IngestCounters(received=2, taken=1, duplicate=1)


async def test_each_refusal_has_its_status_and_its_code() -> None:
    """DOOR-11: statuses are 400, 401, 404, 405 and 413, as Segment's retry rules want them."""
    house = House()
    body = json.dumps(track()).encode()
    answers = [
        (await deliver(house, b"[{"), 400, "invalid"),
        (await deliver(house, b"junk \xff"), 400, "invalid"),
        (await deliver(house, body, **{"x-signature": "0" * 40}), 401, "unauthorized"),
        (await deliver(house, body, path="/segment/webhook/nope"), 404, "not_found"),
        (await deliver(house, body, path="/segment/webhook/sdk"), 404, "not_found"),
        (await deliver(house, body, path="/segment/webhook/web/x"), 404, "not_found"),
        (await deliver(house, b" " * 20_001), 413, "too_large"),
        (
            await deliver(house, gzip.compress(b" " * 30_000), **{"content-encoding": "gzip"}),
            413,
            "too_large",
        ),
        (await deliver(house, body, "GET"), 405, "invalid"),
        (await deliver(house, body, "DELETE"), 405, "invalid"),
        (await deliver(house, body, "OPTIONS"), 405, "invalid"),
    ]
    await house.watch()
    answers.append((await deliver(house, b'{"type":"x"}'), 400, "invalid"))
    for answer, status, code in answers:
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["remedy"]
    assert house.door.refused == {"invalid": 2, "unauthorized": 1, "too_large": 2} | {"invalid": 3}


async def test_a_packed_delivery_is_verified_as_it_was_before_packing() -> None:
    """DOOR-8: what is signed is the JSON."""
    house = House()
    body = json.dumps(track()).encode()
    answer = await ask(
        WebhookApp(house.intake),
        "POST",
        "/segment/webhook/web",
        content=gzip.compress(body),
        headers={"content-encoding": "gzip", "x-signature": sign(SECRET, body)},
    )
    assert answer.status_code == 200


async def test_a_flooding_source_gets_a_time_to_retry() -> None:
    """DOOR-5: it gets 429 with Retry-After on both routes."""
    house = House(max_rate=0.5)
    await house.watch()
    for source in ("web", "sdk"):
        house.intake._guards[source].limit(4000, house.clock.monotonic())
    answer = await deliver(house, json.dumps(track()).encode())
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    answer = await call(house, "/v1/t", track(), **KEY)
    assert (
        answer.status_code,
        answer.headers["retry-after"],
        answer.headers["x-ratelimit-reset"],
    ) == (429, "2", "2")


@pytest.mark.parametrize(
    "route",
    [
        "t",
        "track",
        "b",
        "batch",
        "p",
        "page",
        "i",
        "identify",
        "s",
        "screen",
        "g",
        "group",
        "a",
        "alias",
    ],
)
async def test_every_route_of_the_tracking_api_answers_as_segment_does(route: str) -> None:
    """DOOR-11: the answer is exactly `{"success": true}`, readable from any page."""
    house = House()
    await house.watch()
    answer = await call(
        house,
        f"/v1/{route}",
        BATCH if route in ("b", "batch") else {"userId": "u", "event": "E"},
        **KEY,
    )
    assert (answer.status_code, answer.content) == (200, b'{"success": true}')
    assert answer.headers["access-control-allow-origin"] == "*"
    assert house.intake.ingest_counters(ACME)["sdk"].taken == (2 if route in ("b", "batch") else 1)


@pytest.mark.parametrize(
    "headers",
    [
        KEY,
        {"authorization": "Basic " + base64.b64encode(b"LOCALKEY").decode()},
        {"authorization": "Bearer something"},
        {"authorization": "Basic !!!"},
        {"content-type": "text/plain"},
    ],
)
async def test_the_write_key_comes_in_the_header_or_in_the_body(headers: dict) -> None:
    """DOOR-11: a key is taken with or without the colon; with a bearer the body's counts."""
    house = House()
    assert (await call(house, "/v1/batch", BATCH, **headers)).status_code == 200
    assert house.intake.ingest_counters(ACME)["sdk"] == IngestCounters(received=2, unwatched=2)


async def test_refusals_of_the_tracking_api_are_as_sdks_read_them() -> None:
    """DOOR-11: they have `success`, `code` and `message`; a body too large is 400, as at Segment."""
    house = House()
    answers = [
        (await call(house, "/v1/t", {"event": "E"}), 401, "unauthorized"),
        (await call(house, "/v1/t", {"event": "E", "writeKey": "nope"}), 401, "unauthorized"),
        (await call(house, "/v1/t", b"{"), 400, "invalid"),
        (await call(house, "/v1/b", {"batch": 7}, **KEY), 400, "invalid"),
        (await call(house, "/v1/b", b" " * 10_001, **KEY), 400, "too_large"),
        (await call(house, "/v1/zz", {}, **KEY), 404, "not_found"),
        (await call(house, "/v1/", {}, **KEY), 404, "not_found"),
        (await call(house, "/v1/t", {}, "GET", **KEY), 405, "invalid"),
        (await call(house, "/v1/projects/nope/settings", b"", "GET"), 404, "not_found"),
        (await call(house, "/v1/projects/LOCALKEY/settings", b"", "PUT"), 405, "invalid"),
    ]
    for answer, status, code in answers:
        assert (answer.status_code, answer.json()["success"], answer.json()["code"]) == (
            status,
            False,
            code,
        )
        assert answer.json()["message"]
        assert answer.headers["access-control-allow-origin"] == "*"
    assert house.intake.ingest_counters(ACME)["sdk"].refused == {"invalid": 1, "too_large": 1}


async def test_a_browser_gets_its_preflight_and_its_settings() -> None:
    """DOOR-10: what analytics.js and the mobile SDKs ask before they send."""
    house = House()
    answer = await call(
        house, "/v1/t", b"", "OPTIONS", **{"access-control-request-headers": "authorization"}
    )
    assert (answer.status_code, answer.headers["access-control-allow-headers"]) == (
        204,
        "authorization",
    )
    for path in ("/v1/projects/LOCALKEY/settings", "/projects/LOCALKEY/settings"):
        settings = (await call(house, path, b"", "GET")).json()
        assert settings["integrations"]["Segment.io"] == {
            "apiKey": "LOCALKEY",
            "apiHost": "realtime.test:8765/v1",
            "protocol": "http",
        }


async def test_behind_a_proxy_the_settings_name_the_public_address() -> None:
    """DOOR-10: the settings say https, since an SDK on an https page sends nothing to an http
    address.
    """
    app = TrackingApp(House().intake, LIMITS, "https://realtime.example.com")
    settings = (
        await ask(app, "GET", "/v1/projects/LOCALKEY/settings", headers={"host": "10.0.0.7:8765"})
    ).json()
    told = {"apiKey": "LOCALKEY", "apiHost": "realtime.example.com/v1", "protocol": "https"}
    assert settings["integrations"]["Segment.io"] == told


async def test_an_sdks_own_metrics_are_taken_and_ignored() -> None:
    """DOOR-11: `/v1/m` is answered without a key, and counts nothing."""
    house = House()
    assert (await call(house, "/v1/m", {"series": []})).status_code == 200
    assert house.intake.ingest_counters(ACME)["sdk"] == IngestCounters()


async def test_a_sender_who_has_left_gets_no_answer() -> None:
    """CON-1: a half-sent delivery is neither answered nor counted."""
    house = House()
    for app, path in (
        (WebhookApp(house.intake), "/segment/webhook/web"),
        (TrackingApp(house.intake), "/v1/t"),
    ):

        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            raise AssertionError(message)

        await app({"type": "http", "method": "POST", "path": path, "headers": []}, receive, send)
    assert house.door == IngestCounters()


async def test_an_error_of_our_own_is_answered_without_what_was_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """ACC-27: 503 to come back, and a log line of class and place only."""

    class Broken(Intake):
        async def webhook(self, *_: Any) -> None:
            raise KeyError("ada@example.com")

        async def track(self, *_: Any) -> None:
            raise KeyError("ada@example.com")

    house = House()
    house.intake.__class__ = Broken
    with caplog.at_level(logging.DEBUG):
        answers = [await deliver(house, b"{}"), await call(house, "/v1/t", {}, **KEY)]
    for answer in answers:
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert "ada" not in answer.text
    assert "error=KeyError" in caplog.text
    assert "ada" not in caplog.text


async def test_nothing_that_is_sent_is_logged_or_answered(caplog: pytest.LogCaptureFixture) -> None:
    """ACC-27: canaries in bodies, keys, signatures and paths of refused deliveries
    appear nowhere.
    """
    house = House()
    await house.watch()
    canary = "canary-7f3a"
    with caplog.at_level(logging.DEBUG, logger="dagnet_realtime"):
        answers = [
            await deliver(house, json.dumps({"type": canary, "event": canary, canary: 1}).encode()),
            await deliver(house, f'["{canary}"]'.encode()),
            await deliver(house, f"{canary}={canary}&x".encode()),
            await deliver(house, b"{}", path=f"/segment/webhook/{canary}"),
            await deliver(house, b"{}", **{"x-signature": canary}),
            await call(house, "/v1/t", {"writeKey": canary}),
            await call(house, f"/v1/{canary}", {}),
            await call(house, "/v1/b", f'{{"batch":"{canary}'.encode(), **KEY),
        ]
    assert all(400 <= answer.status_code < 500 for answer in answers)
    assert not any(canary in answer.text for answer in answers)
    assert canary not in caplog.text


async def test_a_log_that_cannot_be_reached_is_503() -> None:
    """LOG-84: the answer has Retry-After, so that Segment and the SDKs send again."""
    house = House()
    await house.watch()

    async def append(channel: Channel, entries: Sequence[Entry]) -> Any:
        raise ConnectionError

    house.log.append = append  # type: ignore[method-assign]
    answer = await deliver(house, json.dumps(track()).encode())
    assert (answer.status_code, bool(answer.headers["retry-after"])) == (503, True)
    assert house.door == IngestCounters(received=1, refused={"unavailable": 1})


class Body:
    """A `receive` that gives a body in two parts and counts how often it is asked; after them it waits for ever, or tells of a farewell."""

    def __init__(self, *parts: bytes | None) -> None:
        self.parts = list(parts)
        self.asked = 0

    async def __call__(self) -> dict[str, Any]:
        """The next part."""
        self.asked += 1
        part = self.parts.pop(0) if self.parts else None
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": bool(self.parts)}


async def raw(app: Any, path: str, receive: Any, **headers: str) -> int:
    """The status of the answer to a bare request, 0 if there is none."""
    status = 0

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    await app({"type": "http", "method": "POST", "path": path, "headers": lines}, receive, send)
    return status


async def test_where_no_source_tracks_the_tracking_api_asks_for_no_body() -> None:
    """DOOR-16: each route answers 404 at once, and no body is read."""
    house = House()
    house.intake = Intake((), house.shelf, house.log, house.clock)
    for route in ("t", "batch", "m", "identify"):
        body = Body(b"x", b"y")
        assert await raw(TrackingApp(house.intake, LIMITS), f"/v1/{route}", body) == 404
        assert body.asked == 0
    answer = await call(house, "/v1/t", {}, **KEY)
    assert (answer.json()["code"], answer.headers["access-control-allow-origin"]) == (
        "not_found",
        "*",
    )
    assert "tracking" in answer.json()["message"]


async def test_unproven_senders_share_their_room_over_both_routes() -> None:
    """DOOR-14: 503 to come back beyond it, counted; what has proven itself, and who has left, holds nothing."""
    house = House()
    unproven = UnprovenBytes(10_000)
    webhook = WebhookApp(house.intake, LIMITS, unproven)
    tracking = TrackingApp(house.intake, LIMITS, "", unproven)
    unsigned = {"x_signature": "0" * 40}
    with unproven.hold() as other:
        other.acquire(9_000)
        assert (
            await raw(webhook, "/segment/webhook/web", Body(b"x" * 500, b"y" * 600), **unsigned)
            == 503
        )
        assert await raw(tracking, "/v1/batch", Body(b"x" * 500, b"y" * 600), **KEY) == 503
        assert unproven.held == 9_000
        assert (
            await raw(webhook, "/segment/webhook/web", Body(b"x" * 500, b"y" * 400), **unsigned)
            == 401
        )
        assert await raw(webhook, "/segment/webhook/web", Body(b"x" * 500, None), **unsigned) == 0
        assert await raw(tracking, "/v1/batch", Body(b"x" * 500, None)) == 0
        assert unproven.held == 9_000
    assert house.door.refused == {"unavailable": 1, "unauthorized": 1}
    assert house.intake.ingest_counters(ACME)["sdk"].refused == {"unavailable": 1}
    assert unproven.held == 0


async def test_a_proven_sender_holds_no_room_while_its_events_are_taken() -> None:
    """DOOR-14: a signature under the secret is a proof; a write key, which pages show, is none."""
    house = House()
    await house.watch()
    unproven = UnprovenBytes(10_000)
    seen = []
    append = house.log.append

    async def noting(channel: Channel, entries: Sequence[Entry]) -> Any:
        seen.append(unproven.held)
        return await append(channel, entries)

    house.log.append = noting  # type: ignore[method-assign]
    body = json.dumps(track()).encode()
    signed = {"x_signature": sign(SECRET, body)}
    assert (
        await raw(
            WebhookApp(house.intake, LIMITS, unproven),
            "/segment/webhook/web",
            Body(body[:9], body[9:]),
            **signed,
        )
        == 200
    )
    assert (
        await raw(
            TrackingApp(house.intake, LIMITS, "", unproven),
            "/v1/t",
            Body(body[:9], body[9:]),
            **KEY,
        )
        == 200
    )
    assert seen == [0, len(body)]
    assert unproven.held == 0


async def test_a_delivery_that_nothing_could_prove_is_passed_over() -> None:
    """DOOR-14: a body without a well-formed signature is refused without being kept; a packed one
    is unpacked first, as its size decides.
    """
    house = House()
    unproven = UnprovenBytes(0)
    app = WebhookApp(house.intake, LIMITS, unproven)
    for headers in ({}, {"x_signature": "0" * 39}, {"x_signature": "sha1=" + "0" * 40}):
        assert (
            await raw(app, "/segment/webhook/web", Body(b"x" * 9_000, b"y" * 9_000), **headers)
            == 401
        )
    assert await raw(app, "/segment/webhook/web", Body(b"x" * 19_000, b"y" * 9_000)) == 413
    assert (
        await raw(
            app, "/segment/webhook/web", Body(gzip.compress(b"x" * 30_000)), content_encoding="gzip"
        )
        == 413
    )
    assert house.door.refused == {"unauthorized": 3, "too_large": 2}


EXPENSIVE = {
    "a form": (b"a=" + b"%41" * 20_000, "/segment/webhook/web"),
    "a wrapped form": (b'{"body":"a=' + b"%41" * 20_000 + b'"}', "/segment/webhook/web"),
    "a great object": (b'{"json":{"a":"' + b"x" * 500_000 + b'"}}', "/segment/webhook/web"),
    "a great list": (b"[" + b"{}," * 100_000 + b"{}]", "/segment/webhook/web"),
    "zeros": (gzip.compress(b"\0" * 900_000), "/segment/webhook/web"),
}


@pytest.mark.parametrize("name", EXPENSIVE)
async def test_others_are_served_while_a_stranger_is_refused(name: str) -> None:
    """DOOR-14: what is dear is done in a thread, and others have their turn meanwhile."""
    body, path = EXPENSIVE[name]
    headers = {"x_signature": "0" * 40} | (
        {"content_encoding": "gzip"} if body[:1] == b"\x1f" else {}
    )
    turns: list[int] = []
    asyncio.get_running_loop().call_soon(turns.append, 1)
    assert await raw(WebhookApp(House().intake), path, Body(body), **headers) == 401
    assert turns


@pytest.mark.parametrize(
    "body",
    [b'{"a":[' + b"NaN," * 100_000 + b"NaN]}", b'{"a":"' + rb"\ud800" * 80_000 + b'"}'],
    ids=["NaN", "halves"],
)
async def test_nothing_is_mended_for_an_unknown_key(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DOOR-16: a body that needs repair is refused unrepaired if its key is missing or unknown."""
    house = House()
    monkeypatch.setattr(json_text, "repair_json", None)
    assert (
        await call(house, "/v1/t", gzip.compress(body), **{"content-encoding": "gzip"})
    ).status_code == 400
    app = TrackingApp(house.intake)
    assert await raw(app, "/v1/t", Body(body)) == 401
    assert await raw(app, "/v1/t", Body(body[:-1] + b',"writeKey":"nope"}')) == 401


WHERE_SDKS_POST = (
    "/v1",
    "/v1/",
    "/",
    "/v1/v1/batch",
    "/v1//batch",
    "/batch",
    "/b",
    "/v1/import",
    "/v1/import/",
    "/v1/track",
)


@pytest.mark.parametrize("path", WHERE_SDKS_POST)
async def test_a_batch_is_taken_wherever_an_sdk_posts_it(path: str) -> None:
    """DOOR-18: none of them tells its user of a 404."""
    house = House()
    await house.watch()
    answer = await call(house, path, BATCH, origin="https://shop.example", **KEY)
    assert (answer.status_code, answer.content) == (200, b'{"success": true}')
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert house.intake.ingest_counters(ACME)["sdk"].taken == 2


async def test_a_bare_address_takes_what_says_what_it_is() -> None:
    """DOOR-18: it takes calls that say their type; others get 404 with the right
    address, and CORS.
    """
    house = House()
    await house.watch()
    assert (await call(house, "/v1", track(type="page"), **KEY)).status_code == 200
    for body in ({}, {"event": "E"}, {"batch": 7}):
        answer = await call(house, "/v1", body, origin="https://shop.example", **KEY)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert "/v1/batch" in answer.json()["message"]
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert (await call(house, "/v1", b"", "GET")).status_code == 405
    assert house.intake.ingest_counters(ACME)["sdk"].refused == {}


async def test_a_webhooks_address_with_a_slash_is_the_same() -> None:
    """DOOR-18: extra slashes are ignored, since a sender would take 404 as final."""
    house = House()
    body = json.dumps(track()).encode()
    for path in ("/segment/webhook/web/", "//segment//webhook/web"):
        assert (
            await raw(WebhookApp(house.intake), path, Body(body), x_signature=sign(SECRET, body))
            == 200
        )


@pytest.mark.parametrize(
    "path", ["/v1/pixel/track", "/v1/pixel/track.gif", "/v1//pixel/track/", "/v1/t", "/v1/track"]
)
async def test_a_pixel_is_a_call(path: str) -> None:
    """DOOR-18: a pixel counts as a call, and its answer is a picture that no cache keeps."""
    house = House()
    await house.watch()
    packed = base64.b64encode(
        json.dumps({"writeKey": "LOCALKEY", "userId": "u", "event": "Email Opened"}).encode()
    ).decode()
    answer = await call(house, f"{path}?data={packed}", b"", "GET", cookie="x=1")
    assert (
        answer.status_code,
        answer.headers["content-type"],
        answer.headers["cache-control"],
    ) == (200, "image/gif", "no-store")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-credentials" not in answer.headers
    assert house.intake.ingest_counters(ACME)["sdk"].taken == 1


async def test_a_pixel_request_is_always_answered_with_a_picture() -> None:
    """DOOR-18: refusals are counted; only a server that takes no calls at all says so."""
    house = House()
    await house.watch()
    for query in (
        "",
        "?data=!!",
        "?data=e30",
        "?writeKey=nope&event=E",
        "?writeKey=LOCALKEY&event=E&userId=u",
    ):
        answer = await call(house, f"/v1/pixel/track{query}", b"", "GET")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert house.intake.ingest_counters(ACME)["sdk"].taken == 1
    assert (await call(house, "/v1/pixel/track", b"", "POST")).status_code == 405
    assert (await call(house, "/v1/pixel/batch", b"", "GET")).status_code == 404
    house.intake = Intake((), house.shelf, house.log, house.clock)
    assert (await call(house, "/v1/pixel/track?writeKey=K", b"", "GET")).status_code == 404


async def test_credentials_are_allowed_where_a_page_posts_and_nowhere_else() -> None:
    """DOOR-10: no cookie is read there; what is got is got without."""
    house = House()
    origin = {"origin": "https://shop.example"}
    for answer in (
        await call(house, "/v1/t", track(), **origin, **KEY),
        await call(house, "/v1/t", {}, **origin),
        await call(house, "/v1/zz", {}, **origin),
        await call(house, "/v1/t", b"", "OPTIONS", **origin),
    ):
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "origin" in answer.headers["vary"]
    settings = "/v1/projects/LOCALKEY/settings"
    for method, path in (
        ("GET", settings),
        ("OPTIONS", settings),
        ("GET", "/v1/t"),
        ("OPTIONS", "/v1/pixel/track"),
    ):
        answer = await call(house, path, b"", method, **origin)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


async def test_a_slow_body_puts_its_events_no_later() -> None:
    """SEG-5: our clock is read at the first byte, for what an SDK corrects and for what has no time, on both routes."""
    house = House()
    await house.watch()
    began = house.clock.now()
    sent_at = iso(began)

    async def slowly(app: Any, path: str, body: bytes, **headers: str) -> None:
        parts = [body[:9], body[9:]]

        async def receive() -> dict[str, Any]:
            if len(parts) == 1:
                await house.clock.advance(6)
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

        assert await raw(app, path, receive, **headers) == 200

    call = {"type": "track", "event": "A", "userId": "u", "timestamp": sent_at}
    tracking = TrackingApp(house.intake, LIMITS)
    await slowly(
        tracking,
        "/v1/batch",
        json.dumps({"sentAt": sent_at, "batch": [call, {**call, "timestamp": None}]}).encode(),
        **KEY,
    )
    second = house.clock.now()
    untimed = json.dumps({"type": "track", "event": "A", "userId": "u"}).encode()
    await slowly(
        WebhookApp(house.intake, LIMITS),
        "/segment/webhook/web",
        untimed,
        x_signature=sign(SECRET, untimed),
    )
    assert [entry.occurred_at for entry in await house.entries()] == [began, began, second]


def test_every_route_of_segments_api_is_offered() -> None:
    """API-1: the offered routes equal the table in which the app looks them up."""
    offered = {offer.path for offer in INGEST_OPERATIONS if offer.method == "POST"}
    assert offered == {f"/v1/{route}" for route in (*ROUTES, "m")} | {"/segment/webhook/{source}"}
    assert {offer.method for offer in INGEST_OPERATIONS if offer.security == "signature"} == {
        "POST",
        "PUT",
        "PATCH",
    }


def test_an_event_is_described_by_the_fields_that_are_read() -> None:
    """API-1: its fields may have any type, since a wrong type does not spoil an event."""
    schema = msgspec.json.schema(Event)["$defs"]["SegmentEvent"]
    assert set(schema["properties"]) == {
        field.encode_name for field in msgspec.structs.fields(Message)
    }
    assert not any(schema["properties"].values())
    assert not schema["required"]
    assert "batch" in msgspec.json.schema(Batch)["$defs"]["SegmentBatch"]["properties"]


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1/batch", "batch"),
        ("/v1/batch/", "batch"),
        ("//v1//batch//", "batch"),
        ("/v1/v1/batch", "batch"),
        ("/v1//v1/b", "b"),
        ("/v1/import", "import"),
        ("/v1", ""),
        ("/v1/", ""),
        ("/", ""),
        ("//", ""),
        ("/b", "b"),
        ("/t/", "t"),
        ("/track", "track"),
        ("/m", "m"),
        ("/v1/zz", "zz"),
        ("/v1/projects/K/settings", "projects/K/settings"),
        ("/projects/K/settings/", "projects/K/settings"),
        ("/v1/pixel/track", "pixel/track"),
    ],
)
def test_every_spelling_of_an_address_is_its_route(path: str, route: str) -> None:
    """DOOR-18: slashes and versions may be doubled or left out."""
    assert tracking_route("POST", path) == tracking_route("OPTIONS", path) == route


def test_what_is_ours_is_no_ones_else() -> None:
    """DOOR-18: without a version only POSTs can be an SDK's, and only if a source takes tracking
    calls.
    """
    for path in ("/", "/t", "/batch", "/index.html"):
        assert tracking_route("GET", path) is None
        assert tracking_route("POST", path, tracks=False) is None
    for path in (
        "/api/watch",
        "/api/v1/batch",
        "/assets/v1",
        "/sign-in",
        "/zz",
        "/t/x",
        "/v2/batch",
        "/v10/batch",
    ):
        assert tracking_route("POST", path) is None
    assert tracking_route("GET", "/v1/zz", tracks=False) == "zz"


def test_a_webhooks_address_may_have_slashes_around_it() -> None:
    """DOOR-18: which is 404 for good otherwise."""
    for path in ("/segment/webhook/web", "/segment/webhook/web/", "//segment//webhook/web//"):
        assert webhook_source(path) == "web"
    assert webhook_source("/segment/webhook/") == ""
    assert webhook_source("/segment/webhook/web/x") == "web/x"
    for path in ("/", "/v1/webhook/x", "/segment", "/x/segment/webhook/web"):
        assert webhook_source(path) is None


@pytest.mark.parametrize(
    ("route", "kind"),
    [
        ("", "call"),
        ("import", "call"),
        ("m", "call"),
        ("pixel/track", "pixel"),
        ("pixel/page.gif", "pixel"),
        ("pixel/batch", "unknown"),
        ("pixel", "unknown"),
        ("projects/k/settings", "settings"),
        ("projects/k", "unknown"),
        ("projects/" + "k" * 201 + "/settings", "unknown"),
        ("zz", "unknown"),
    ],
)
def test_a_route_is_of_a_kind(route: str, kind: str) -> None:
    """DOOR-18: a route is a call, a pixel or settings."""
    assert kind_of(route) == kind
