"""Health, readiness, metrics."""

from tests.web.stage import WebStage


async def test_health_and_readiness_need_no_sign_in(stage: WebStage) -> None:
    """WEB-18: alive at once; ready when the app says so, else 503 with when to ask again."""
    assert (await stage.stranger.get("/healthz")).json() == {"status": "ok"}
    waiting = await stage.stranger.get("/readyz")
    assert (waiting.status_code, waiting.headers["retry-after"]) == (503, "1")
    stage.readiness.ready = True
    assert (await stage.stranger.get("/readyz")).status_code == 200


async def test_metrics_count_events_and_viewers(stage: WebStage) -> None:
    """WEB-19: by workspace, env, source and outcome; no label is a person's."""
    await stage.read(await stage.open())
    text = (await stage.client.get("/metrics")).text
    assert 'dagnet_realtime_viewers{env="prod",workspace="shop"} 1.0' in text
