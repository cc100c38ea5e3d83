"""Pages of other origins: who may watch, and by what."""

import httpx
import pytest

from dagnet_realtime.model.access import RoleBinding, Secret
from dagnet_realtime.model.protocol import PROXY_SECRET_HEADER
from dagnet_realtime.web.auth.proxy import ProxyAuthenticator
from dagnet_realtime.web.openapi import Operation
from dagnet_realtime.web.routes.openapi import ALL_OPERATIONS
from tests.support.clock import FakeClock
from tests.web.stage import WebStage
from tests.web.test_openapi_routes import filled
from tests.web.test_sign_in import FORM, TokenStage

HOST = "https://dagnet.example.com"
LOCAL = "http://localhost:5173"
OPEN_PATH = "/api/workspaces"
WATCHED = [one for one in ALL_OPERATIONS if one.cross_origin]
OTHERS = [
    one for one in ALL_OPERATIONS if one.security in ("person", "none") and one not in WATCHED
]
FOREIGN = (
    "null",
    "",
    "*",
    "https://evil.example",
    "http://dagnet.example.com",
    "https://dagnet.example.com/",
    "https://dagnet.example.com:443",
    "https://dagnet.example.com:8443",
    "https://DAGNET.example.com",
    "HTTPS://dagnet.example.com",
    "https://dagnet.example.com.evil.example",
    "https://evil.dagnet.example.com",
    "https://evil-dagnet.example.com",
    "https://dagnet.example.com, https://dagnet.example.com",
    " https://dagnet.example.com.",
    "http://localhost",
    "http://127.0.0.1:5173",
    "https://localhost:5173",
    "chrome-extension://abcdefghijklmnop",
)


class OriginStage(TokenStage):
    """`token` access, watched from two other origins."""

    def __init__(self, **parts: object) -> None:
        super().__init__(**{"origins": (HOST, LOCAL), **parts})

    async def ask(self, one: Operation, headers: dict[str, str], query: str = "") -> httpx.Response:
        """Asks for an operation as a page does, with no body that it could read."""
        return await self.stranger.request(one.method, filled(one.path) + query, headers=headers)


def granted(answer: httpx.Response) -> set[str]:
    """The headers by which an answer opens itself to pages of other origins."""
    return {name for name in answer.headers if name.startswith("access-control-")}


def test_all_that_a_viewer_needs_is_open_to_other_origins_and_nothing_else() -> None:
    """ACC-59: a new route is closed to them until it is declared, and one for watching has to be."""
    assert {one.operation_id for one in WATCHED} == {
        *("on", "amend", "off", "frames", "follow", "stream"),
        *("relay", "authorise", "published", "sign_published"),
        *("workspaces", "graphs", "graph", "me"),
    }
    assert all(one.cross_origin for one in ALL_OPERATIONS if one.tag in ("Watching", "Graphs"))


@pytest.mark.parametrize("one", WATCHED, ids=lambda one: one.operation_id)
async def test_a_watch_route_is_refused_to_every_origin_that_is_not_listed(one: Operation) -> None:
    """ACC-59: a foreign origin gets 403 however similar it looks, with and without a good token,
    and on preflight.
    """
    async with OriginStage() as stage, WebStage() as closed:
        for origin in FOREIGN:
            for bearer in ({}, {"authorization": f"Bearer {stage.text}"}):
                answer = await stage.ask(one, {"origin": origin, **bearer})
                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), origin
                assert granted(answer) == set()
                assert answer.headers["vary"] == "origin"
            preflight = await stage.stranger.options(
                filled(one.path),
                headers={"origin": origin, "access-control-request-method": one.method},
            )
            assert (preflight.status_code, granted(preflight)) == (403, set()), origin
        refused = await closed.client.request(
            one.method, filled(one.path), headers={"origin": HOST}
        )
        assert (refused.status_code, granted(refused)) == (403, set()), "no origin is listed"
        assert "origins" in refused.json()["detail"]


@pytest.mark.parametrize("one", WATCHED, ids=lambda one: one.operation_id)
async def test_a_listed_origin_is_let_in_by_its_token_alone(one: Operation) -> None:
    """ACC-59: every answer can be read there, refusals too; a cookie, and a token in the address, count for nothing."""
    async with OriginStage() as stage:
        cookie = await signed_in(stage)
        for origin in (HOST, LOCAL):
            for headers, query in (
                ({"cookie": cookie}, ""),
                ({}, f"?access_token={stage.text}&token={stage.text}&authorization={stage.text}"),
                ({"authorization": f"Basic {stage.text}", "cookie": cookie}, ""),
            ):
                answer = await stage.ask(one, {"origin": origin, **headers}, query)
                assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
                assert answer.headers["access-control-allow-origin"] == origin
            good = {"origin": origin, "authorization": f"Bearer {stage.text}"}
            answer = await stage.ask(one, good)
            assert answer.status_code not in (401, 403), answer.text
            assert granted(answer) == {
                "access-control-allow-origin",
                "access-control-expose-headers",
            }, "credentials are never allowed"
            assert answer.headers["access-control-allow-origin"] == origin
            assert answer.headers.get_list("vary") == ["origin"]
            assert "retry-after" in answer.headers["access-control-expose-headers"]
            wrong = await stage.ask(one, {**good, "authorization": "Bearer wrong"})
            assert wrong.status_code == 401
            assert wrong.headers["access-control-allow-origin"] == origin


async def signed_in(stage: TokenStage) -> str:
    """The cookie of a browser that signed in on the server's own page."""
    entered = await stage.stranger.post("/sign-in", content=f"token={stage.text}", headers=FORM)
    cookie = entered.headers["set-cookie"].partition(";")[0]
    stage.stranger.cookies.clear()
    assert (await stage.stranger.get("/api/me", headers={"cookie": cookie})).status_code == 200
    return cookie


@pytest.mark.parametrize("one", WATCHED, ids=lambda one: one.operation_id)
async def test_a_preflight_is_answered_exactly(one: Operation) -> None:
    """ACC-59: it allows its path's methods, a client's headers, and the private network only if
    asked.
    """
    async with OriginStage() as stage:
        asking = {
            "origin": HOST,
            "access-control-request-method": one.method,
            "access-control-request-headers": "authorization,content-type",
        }
        answer = await stage.stranger.options(filled(one.path), headers=asking)
        assert (answer.status_code, answer.content) == (204, b"")
        methods = {other.method for other in WATCHED if other.path == one.path}
        assert set(answer.headers["access-control-allow-methods"].split(", ")) == methods
        assert answer.headers["access-control-allow-headers"] == (
            "authorization, content-type, last-event-id"
        )
        assert answer.headers["access-control-allow-origin"] == HOST
        assert answer.headers["vary"] == "origin"
        assert "access-control-allow-credentials" not in answer.headers
        assert "access-control-allow-private-network" not in answer.headers
        asking["access-control-request-private-network"] = "true"
        answer = await stage.stranger.options(filled(one.path), headers=asking)
        assert answer.headers["access-control-allow-private-network"] == "true"


@pytest.mark.parametrize("one", OTHERS, ids=lambda one: f"{one.method} {one.path}")
async def test_no_other_route_opens_itself_to_a_listed_origin(one: Operation) -> None:
    """ACC-59: neither answers nor preflights of other routes allow it."""
    async with OriginStage() as stage:
        headers = {"origin": HOST, "authorization": f"Bearer {stage.text}"}
        answer = await stage.ask(one, headers)
        assert granted(answer) == set()
        preflight = await stage.stranger.options(
            filled(one.path), headers={"origin": HOST, "access-control-request-method": one.method}
        )
        assert (preflight.status_code, granted(preflight)) == (403, set())
        if one.method != "GET":
            assert answer.status_code == 403


async def test_what_a_proxy_vouches_for_does_not_count_for_another_origin() -> None:
    """ACC-59: the proxy's own cookie would let any page that the person visits act in their name."""
    grants = [RoleBinding(who="*", role="administer")]
    access = ProxyAuthenticator(
        *("x-user", "", ("127.0.0.1",), lambda: grants, list, FakeClock()),
        secret=Secret("s" * 16),
    )
    async with WebStage(access=access, origins=(HOST,)) as stage:
        named = {"x-user": "ann", PROXY_SECRET_HEADER: "s" * 16}
        assert (await stage.stranger.get("/api/me", headers=named)).status_code == 200
        for bearer in ({}, {"authorization": "Bearer x"}):
            asking = {**named, "origin": HOST, **bearer}
            assert (await stage.stranger.get("/api/me", headers=asking)).status_code == 401


async def test_two_origins_are_none() -> None:
    """ACC-59: a header that comes twice, the listed one first or last."""
    async with OriginStage() as stage:
        for pair in ([HOST, "https://evil.example"], ["https://evil.example", HOST], [HOST, HOST]):
            headers = [("origin", one) for one in pair]
            headers.append(("authorization", f"Bearer {stage.text}"))
            answer = await stage.stranger.get(OPEN_PATH, headers=headers)
            assert (answer.status_code, granted(answer)) == (403, set())


async def test_the_servers_own_pages_need_no_list() -> None:
    """ACC-6, ACC-59: the server's own pages, and programs without an Origin, are served; answers
    vary by it if origins are listed.
    """
    async with OriginStage() as stage:
        cookie = await signed_in(stage)
        for origin in ("http://127.0.0.1:8765", "https://127.0.0.1:8765"):
            headers = {"origin": origin, "cookie": cookie}
            answer = await stage.stranger.get(OPEN_PATH, headers=headers)
            assert (answer.status_code, granted(answer)) == (200, set())
            assert answer.headers["vary"] == "origin"
        bearer = {"authorization": f"Bearer {stage.text}"}
        assert (await stage.stranger.get(OPEN_PATH, headers=bearer)).status_code == 200
    async with WebStage(public_url="https://realtime.example.com") as stage:
        headers = {"origin": "https://realtime.example.com"}
        assert (await stage.client.get(OPEN_PATH, headers=headers)).status_code == 200


async def test_a_foreign_host_is_refused_to_a_listed_origin_too() -> None:
    """ACC-6, ACC-59: its preflight is refused as well."""
    async with WebStage(origins=(HOST,)) as stage:
        headers = {"origin": HOST, "host": "rebound.example"}
        assert (await stage.client.get(OPEN_PATH, headers=headers)).status_code == 403
        headers["access-control-request-method"] = "GET"
        assert (await stage.client.options(OPEN_PATH, headers=headers)).status_code == 403


async def test_the_interface_is_framed_by_the_listed_origins_alone() -> None:
    """ACC-61: the page may be framed by them; the sign-in and the API may not, nor does watching
    follow from it.
    """
    async with TokenStage(framed_by=(HOST, LOCAL), demo=True) as stage:
        for path in ("/", "/index.html"):
            headers = (await stage.stranger.get(path)).headers
            assert f"frame-ancestors {LOCAL} {HOST}" in headers["content-security-policy"]
            assert "x-frame-options" not in headers
        for path in ("/sign-in", "/api/me", "/healthz"):
            headers = (await stage.stranger.get(path)).headers
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-frame-options"] == "DENY"
        answer = await stage.stranger.get(OPEN_PATH, headers={"origin": HOST})
        assert (answer.status_code, granted(answer)) == (403, set())
