"""The guard before every route."""

from typing import Any

import pytest

from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.web.routes.relay import PATH as RELAY_WEBHOOK_PATH
from dagnet_realtime.web.routes.sign_in import PAGE
from dagnet_realtime.web.server import OPEN_PATHS, routes
from tests.web.stage import WebStage

FILLED = {"{id}": "shop", "{env}": "prod", "{name}": "checkout"}


def walk(stage: WebStage) -> list[tuple[str, str]]:
    """Every method of every route of the framework, and the stream beside it."""
    found = [("GET", "/api/watch/shop/stream")]
    for route in routes(stage.parts):
        path = route.path
        for name, value in FILLED.items():
            path = path.replace(name, value)
        assert route.methods
        found += [(method, path) for method in sorted(route.methods)]
    return found


async def test_every_route_is_guarded_or_listed_as_open(stage: WebStage) -> None:
    """ACC-1: without a sign-in every route that is not listed as open answers 401, for
    each method.
    """
    walked = walk(stage)
    assert len(walked) > 15
    for method, path in walked:
        answer = await stage.stranger.request(method, path)
        if path in OPEN_PATHS:
            assert answer.status_code in (200, 503), (method, path)
        elif path == PAGE:
            assert answer.status_code in (200, 401), (
                "the way in: a form, and a link's key that is none"
            )
        elif method == "POST" and RELAY_WEBHOOK_PATH.fullmatch(path):
            assert answer.status_code == 403, "it is let in by a signature alone"
        else:
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_what_does_not_exist_is_guarded_too(stage: WebStage) -> None:
    """ACC-1: addresses that do not exist answer 401 too, so strangers cannot learn which do."""
    for path in (
        "/api/nowhere",
        "/admin",
        "/api/watch/x",
        "/assets/none.js",
        "/metrics",
        "/../etc/passwd",
        "/%2e%2e/x",
    ):
        assert (await stage.stranger.get(path)).status_code == 401
        assert (await stage.client.get(path)).status_code in (200, 404, 405)


async def test_every_answer_has_safe_headers(stage: WebStage) -> None:
    """ACC-9: answers have a strict content security policy, and forbid sniffing, framing, referrers
    and caching.
    """
    for path in ("/", "/healthz", "/api/me", "/api/nowhere", "/api/workspaces"):
        headers = (await stage.client.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] in ("no-store", "no-cache")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nowhere", 404, "not_found"),
        ("DELETE", "/api/me", 405, "invalid"),
        ("PUT", "/api/watch", 405, "invalid"),
    ],
)
async def test_what_is_not_there_is_a_problem(
    stage: WebStage, method: str, path: str, status: int, code: str
) -> None:
    """WEB-12: refusals of the framework itself are problems too."""
    answer = await stage.client.request(method, path)
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (
        status,
        code,
        status,
    )
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["remedy"]
    if status == 405:
        assert "GET" in answer.headers["allow"] or "POST" in answer.headers["allow"]


async def test_a_fault_of_ours_is_a_problem_without_its_text(
    stage: WebStage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """WEB-15: no traceback and no value reaches the user or the log."""

    async def broken(*_: Any) -> None:
        raise RuntimeError("the value ann@example.com")

    monkeypatch.setattr(Hub, "open", broken)
    answer = await stage.client.post(
        "/api/watch", json={"workspace": "shop", "env": "prod", "graph": "checkout"}
    )
    assert answer.status_code == 503
    assert "ann@" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


async def test_an_address_of_many_fields_is_refused_unread(stage: WebStage) -> None:
    """WEB-12: it is refused on every route, signed in or not."""
    for path in ("/", "/sign-in", "/healthz", "/api/me", "/nowhere"):
        answer = await stage.stranger.get(f"{path}?{'a&' * 100}")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), path
    assert (await stage.stranger.get(f"/?{'a&' * 99}")).status_code == 200


async def test_a_foreign_host_or_origin_is_refused_on_every_route(stage: WebStage) -> None:
    """ACC-6: hosts and origins are checked before anything else."""
    for path in ("/", "/tap.js", "/api/me"):
        assert (await stage.client.get(path, headers={"host": "evil.example"})).status_code == 403
    answer = await stage.client.post(
        "/api/watch", headers={"origin": "http://evil.example"}, json={}
    )
    assert answer.status_code == 403
