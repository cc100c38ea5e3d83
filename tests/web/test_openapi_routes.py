"""The API's document and its routes, each held against the other."""

from collections.abc import Callable

import pytest

from dagnet_realtime.core.access_tokens import create_token
from dagnet_realtime.model.access import Secret
from dagnet_realtime.web.auth.proxy import ProxyAuthenticator
from dagnet_realtime.web.routes.openapi import ALL_OPERATIONS
from dagnet_realtime.web.server import routes
from tests.support.clock import FakeClock
from tests.web.auth.test_provider import URL, Scene
from tests.web.stage import WebStage
from tests.web.test_sign_in import TokenStage

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOWHERE = (
    "There is nothing here",
    "Segment's tracking API has no such route",
    "This server keeps no connection open",
)
FILLED = {"{id}": "shop", "{env}": "prod", "{name}": "checkout", "{source}": "web", "{key}": "k"}

Mode = Callable[[], tuple[WebStage, str, str]]


def local(**parts: bool) -> tuple[WebStage, str, str]:
    """A stage, the access token or key that is good there, and the server's address."""
    stage = WebStage(**parts)
    return stage, stage.access.program_key, "http://127.0.0.1:8765"


def token() -> tuple[WebStage, str, str]:
    """A stage with access tokens, in the same form."""
    stage = TokenStage()
    return stage, stage.text, "http://127.0.0.1:8765"


def oidc() -> tuple[WebStage, str, str]:
    """A stage with an identity provider, in the same form."""
    scene = Scene()
    return WebStage(access=scene.access), scene.text, URL


def proxy() -> tuple[WebStage, str, str]:
    """A stage behind a trusted proxy, in the same form."""
    clock = FakeClock()
    kept, text = create_token("ci", "administer", ("*",), clock.now(), None, lambda n: bytes(n))
    return (
        WebStage(
            access=ProxyAuthenticator(
                "x-user", "", (), tuple, lambda: [kept], clock, secret=Secret("s")
            )
        ),
        text,
        "http://127.0.0.1:8765",
    )


MODES: dict[str, Mode] = {
    "local": local,
    "local, without the demo": lambda: local(demo=False),
    "local, without push": lambda: local(push=False),
    "token": token,
    "oidc": oidc,
    "proxy": proxy,
}


def filled(path: str) -> str:
    """The path with something in place of each of its parts."""
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return path


@pytest.mark.parametrize("mode", MODES)
async def test_every_route_is_in_the_document_and_everything_in_it_is_a_route(mode: str) -> None:
    """API-1: method by method, in each access mode; what the document does not name is answered 404
    or 405.
    """
    stage, key, address = MODES[mode]()
    async with stage:
        headers = {"authorization": f"Bearer {key}"}
        paths = (await stage.stranger.get(f"{address}/api/openapi.json", headers=headers)).json()[
            "paths"
        ]
        assert {(route.operation.method.lower(), route.path) for route in routes(stage.parts)} <= {
            (m, p) for p in paths for m in paths[p]
        }
        for path in {offer.path for offer in ALL_OPERATIONS}:
            for method in METHODS:
                answer = await stage.stranger.request(
                    method, address + filled(path), headers=headers
                )
                problem = (
                    answer.json()
                    if answer.is_error and "json" in answer.headers["content-type"]
                    else {}
                )
                said = problem.get("title", problem.get("message", ""))
                nowhere = answer.status_code == 405 or said.startswith(NOWHERE)
                assert nowhere is (method.lower() not in paths.get(path, {})), (
                    method,
                    path,
                    answer.status_code,
                    said,
                )


@pytest.mark.parametrize("mode", MODES)
async def test_the_document_says_which_routes_ask_for_a_person(mode: str) -> None:
    """API-1, ACC-1: a stranger gets 401 from exactly those."""
    stage, key, address = MODES[mode]()
    async with stage:
        paths = (
            await stage.stranger.get(
                f"{address}/api/openapi.json", headers={"authorization": f"Bearer {key}"}
            )
        ).json()["paths"]
        for path, methods in paths.items():
            for method, operation in methods.items():
                answer = await stage.stranger.request(
                    method, address + filled(path), headers={"content-type": "application/json"}
                )
                refused = (
                    answer.status_code == 401 and answer.headers.get("www-authenticate") == "Bearer"
                )
                assert refused is bool(operation["security"]), (method, path, answer.status_code)


async def test_every_offer_is_some_servers() -> None:
    """API-1: what `schema openapi` prints is what servers offer in all modes together."""
    offered: set[tuple[str, str]] = set()
    for made in MODES.values():
        stage, key, address = made()
        async with stage:
            paths = (
                await stage.stranger.get(
                    f"{address}/api/openapi.json", headers={"authorization": f"Bearer {key}"}
                )
            ).json()["paths"]
            offered |= {(method.upper(), path) for path in paths for method in paths[path]}
    assert offered == {(offer.method, offer.path) for offer in ALL_OPERATIONS}
