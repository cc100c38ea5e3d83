"""Health, readiness, metrics."""

import pytest

from dagnet_realtime.model.protocol import PAGE_HEADER
from dagnet_realtime.web.auth.request import auth_request
from tests.web.stage import WebStage

FOREIGN = ("one:8765", "10.0.0.3:8765", "[fd00::3]:8765", "evil.example.com", "")


async def test_health_and_readiness_need_no_sign_in(stage: WebStage) -> None:
    """WEB-18: `/healthz` answers at once; `/readyz` answers 503 with Retry-After until the app is
    ready.
    """
    assert (await stage.stranger.get("/healthz")).json() == {"status": "ok"}
    waiting = await stage.stranger.get("/readyz")
    assert (waiting.status_code, waiting.headers["retry-after"]) == (503, "1")
    stage.readiness.ready = True
    assert (await stage.stranger.get("/readyz")).status_code == 200


async def test_metrics_count_events_and_viewers(stage: WebStage) -> None:
    """CON-5: labels are workspace, env, source and outcome; none is a person's."""
    await stage.read(await stage.open())
    text = (await stage.client.get("/metrics")).text
    assert 'dagnet_realtime_viewers{env="prod",workspace="shop"} 1.0' in text


@pytest.mark.parametrize("host", FOREIGN)
async def test_probes_answer_under_any_name(stage: WebStage, host: str) -> None:
    """WEB-18: a load balancer names a process by its container or address, or sends no name at all."""
    stage.readiness.ready = True
    for path in ("/healthz", "/readyz"):
        for method in ("GET", "HEAD"):
            assert (
                await stage.stranger.request(method, path, headers={"host": host})
            ).status_code == 200
        assert (await stage.stranger.post(path, headers={"host": host})).status_code == 403


@pytest.mark.parametrize("host", FOREIGN)
async def test_metrics_answer_a_bearer_under_any_name(stage: WebStage, host: str) -> None:
    """WEB-18: a scraper may use the process's own address; a cookie does not count there, and other
    routes refuse it.
    """
    assert (await stage.client.get("/metrics", headers={"host": host})).status_code == 200
    assert (await stage.stranger.get("/metrics", headers={"host": host})).status_code == 401
    assert (
        await stage.stranger.get("/metrics", headers={"host": host, "authorization": "Bearer no"})
    ).status_code == 401
    entry = await stage.access.sign_in(
        stage.access.link_key, auth_request("GET", [(b"host", stage.stranger.base_url.netloc)])
    )
    signed_in = {"cookie": entry.cookie.split(";")[0], PAGE_HEADER: entry.page}
    assert (await stage.stranger.get("/metrics", headers=signed_in)).status_code == 200
    assert (
        await stage.stranger.get("/metrics", headers={"host": host, **signed_in})
    ).status_code == 401
    for path in ("/api/me", "/", "/metrics/", "/metrics/x"):
        assert (await stage.client.get(path, headers={"host": host})).status_code == 403
