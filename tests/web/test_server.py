"""The server as one app."""

from tests.web.stage import WebStage


async def test_the_tap_is_announced_as_missing(stage: WebStage) -> None:
    """WEB-18: anybody may ask for it; it is a plain 404 until this copy has it."""
    answer = await stage.stranger.get("/tap.js")
    assert answer.status_code in (200, 404)


async def test_deliveries_pass_the_guard_and_have_their_own(stage: WebStage) -> None:
    """ACC-1, DOOR-16: a sender has no cookie and any host's name; its source and signature decide. No source tracks here."""
    for path in ("/segment/webhook/unknown", "/v1/track"):
        answer = await stage.stranger.post(path, content=b"{}", headers={"host": "tunnel.example"})
        assert answer.status_code == 404
    assert (await stage.stranger.options("/v1/track")).status_code == 204


async def test_visitors_walk_only_in_the_demo() -> None:
    """API-3: elsewhere the route is not there; a test event can always be sent."""
    body = {"workspace": "shop", "env": "prod", "graph": "checkout", "rate": 5}
    async with WebStage() as stage:
        assert (await stage.client.post("/api/demo/visitors", json=body)).status_code == 202
    async with WebStage(demo=False) as stage:
        assert (await stage.client.post("/api/demo/visitors", json=body)).status_code == 404
        assert (
            await stage.client.post(
                "/api/test-event", json={"workspace": "shop", "env": "prod", "graph": "checkout"}
            )
        ).status_code == 202
