"""The sign-in page and its routes, through the guard."""

import json
import secrets

import httpx
import pytest

from dagnet_realtime.core.access_tokens import create_token
from dagnet_realtime.model.access import Secret
from dagnet_realtime.web.auth.cookie import SealedCookie
from dagnet_realtime.web.auth.local import PAGE_HEADER
from dagnet_realtime.web.auth.provider import unreachable
from dagnet_realtime.web.auth.proxy import ProxyAuthenticator
from dagnet_realtime.web.auth.token import TokenAuthenticator, TokenCookie
from dagnet_realtime.web.routes.sign_in import SECURITY, open_paths, sign_in_routes
from tests.support.clock import FakeClock
from tests.web.auth.test_provider import URL, Scene
from tests.web.stage import WebStage

FORM = {"content-type": "application/x-www-form-urlencoded"}


class TokenStage(WebStage):
    """The whole app in `token` access, with one token."""

    def __init__(self, **parts: object) -> None:
        clock = FakeClock()
        self.kept, self.text = create_token(
            "ci", "watch", ("shop/prod",), clock.now(), None, secrets.token_bytes
        )
        jar: SealedCookie[TokenCookie] = SealedCookie(TokenCookie, b"key", clock, secure=False)
        super().__init__(
            access=TokenAuthenticator(lambda: [self.kept], jar, clock, 3600.0), **parts
        )


async def test_a_browser_that_is_not_signed_in_is_led_to_the_page() -> None:
    """ACC-11: which needs no script, and whose form goes nowhere else."""
    async with TokenStage() as stage:
        led = await stage.stranger.get("/")
        assert (led.status_code, led.headers["location"]) == (303, "/sign-in")
        page = await stage.stranger.get("/sign-in")
        assert page.status_code == 200
        assert page.headers["content-security-policy"] == SECURITY
        assert "script" not in page.text
        assert "unsafe" not in SECURITY
        assert page.headers["cache-control"] == "no-store"


async def test_a_token_signs_in_and_out() -> None:
    """ACC-11, ACC-13: what follows needs no token; after signing out nothing is let in, and both are audited."""
    async with (
        TokenStage() as stage,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(stage.app), base_url="http://127.0.0.1"
        ) as browser,
    ):
        entered = await browser.post("/sign-in", content=f"token={stage.text}", headers=FORM)
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        assert "HttpOnly; SameSite=Strict" in entered.headers["set-cookie"]
        me = (await browser.get("/api/me")).json()
        assert (me["person"], me["access"], me["can"]) == (
            f"token:{stage.kept.id}",
            "token",
            ["watch"],
        )
        assert (await browser.get("/")).status_code == 200
        out = await browser.post("/sign-out", headers={"origin": "http://evil.example"})
        assert out.status_code == 403
        assert (await browser.post("/sign-out")).headers["location"] == "/sign-in"
        assert (await browser.get("/api/me")).status_code == 401
        assert [json.loads(line)["deed"] for line in stage.audited] == ["sign_in", "sign_out"]


@pytest.mark.parametrize(
    "body",
    ["", "token=", "token=dnr_0_0", "token=%ff%00<script>", "&".join(["a=b"] * 20), "x" * 5000],
)
async def test_a_wrong_token_gets_a_page_that_says_so(body: str) -> None:
    """ACC-11: the page repeats nothing of what was typed."""
    async with TokenStage() as stage:
        refused = await stage.stranger.post("/sign-in", content=body, headers=FORM)
        assert refused.status_code in (400, 401, 413)
        assert "script" not in refused.text
        assert "dnr_0" not in refused.text
        assert "set-cookie" not in refused.headers


async def test_only_the_ways_in_are_open() -> None:
    """ACC-1: other routes and methods answer 401."""
    async with TokenStage() as stage:
        for method, path in (
            ("POST", "/sign-out"),
            ("PUT", "/sign-in"),
            ("GET", "/sign-in/start"),
            ("GET", "/sign-in/callback"),
        ):
            assert (await stage.stranger.request(method, path)).status_code == 401
        assert (
            await stage.stranger.post("/sign-in", headers={"origin": "http://evil.example"})
        ).status_code == 403


async def test_local_access_signs_out_too(stage: WebStage) -> None:
    """ACC-13: the browser's cookie is worth nothing from then on."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(stage.app), base_url="http://127.0.0.1:8765"
    ) as browser:
        entered = await browser.get("/", params={"key": stage.access.link_key})
        browser.headers[PAGE_HEADER] = entered.headers["location"].partition("#page=")[2]
        assert (await browser.get("/api/me")).status_code == 200
        assert (await browser.post("/sign-out")).headers["location"] == "/"
        assert (await browser.get("/api/me")).status_code == 401


@pytest.mark.parametrize(
    "typed",
    [
        "{key}",
        " {key}\n",
        "http://127.0.0.1:8765/?key={key}",
        "http://localhost:8765/?x=1&key={key}#x",
    ],
)
async def test_a_link_may_be_pasted(stage: WebStage, typed: str) -> None:
    """ACC-3: a link signs in whole or by its key alone; a wrong one gets a page that says what to
    do.
    """
    page = await stage.stranger.get("/sign-in")
    assert (page.status_code, "dagnet-realtime link" in page.text, "script" in page.text) == (
        200,
        True,
        False,
    )
    fields = {"token": typed.format(key=stage.access.link_key)}
    entered = await stage.stranger.post("/sign-in", data=fields)
    location, _, secret = entered.headers["location"].partition("#page=")
    assert (entered.status_code, location) == (303, "/")
    assert (await stage.stranger.get("/api/me", headers={PAGE_HEADER: secret})).json()[
        "person"
    ] == "local"
    stage.stranger.cookies.clear()
    refused = await stage.stranger.post("/sign-in", data=fields)
    assert (
        refused.status_code,
        "set-cookie" in refused.headers,
        "dagnet-realtime link" in refused.text,
    ) == (401, False, True)
    assert (
        await stage.stranger.post(
            "/sign-in", data=fields, headers={"origin": "http://127.0.0.1:9999"}
        )
    ).status_code == 403
    assert [json.loads(line)["deed"] for line in stage.audited] == ["sign_in", "refused"]


async def test_a_provider_is_a_link_away() -> None:
    """ACC-16: the sign-in page leads to the provider and back, with a state that only this browser
    has.
    """
    scene = Scene()
    async with WebStage(access=scene.access) as stage:
        transport = httpx.ASGITransport(stage.app)
        async with httpx.AsyncClient(transport=transport, base_url=URL) as browser:
            assert 'href="/sign-in/start"' in (await browser.get("/sign-in")).text
            away = await browser.get("/sign-in/start")
            assert (away.status_code, away.headers["set-cookie"].count("SameSite=Lax")) == (303, 1)
            state = away.headers["location"].partition("state=")[2]
            assert (
                await browser.get("/sign-in/callback", params={"state": "x", "code": "c"})
            ).status_code == 401
            back = await browser.get("/sign-in/callback", params={"state": state, "code": "c"})
            assert (back.status_code, back.headers["location"]) == (303, "/")
            assert (await browser.get("/api/me")).json()["person"] == "oidc:ann@acme.com"
            scene.provider.problem = unreachable("down")
            scene.clock.shift(60)
            assert (await browser.get("/api/me")).status_code == 503
            assert (await browser.get("/")).status_code == 200
        assert [json.loads(line)["deed"] for line in stage.audited] == ["refused", "sign_in"]


def test_a_proxy_has_a_page_of_its_own() -> None:
    """ACC-14: with a proxy the server has no sign-in page."""
    access = ProxyAuthenticator(
        "x-user", "", ["10.0.0.0/8"], list, list, FakeClock(), secret=Secret("s")
    )
    assert open_paths(access) == frozenset()
    assert sign_in_routes(access, None) == []  # type: ignore[arg-type]  # nothing to note
