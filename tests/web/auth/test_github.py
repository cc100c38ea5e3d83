"""GitHub, stood in for by a small server that answers as GitHub documents."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.auth.github import GitHub
from dagnet_realtime.web.auth.openid import OAuthClient
from dagnet_realtime.web.auth.provider import Identity, Settings, SignInAttempt
from tests.support.clock import FakeClock
from tests.support.sockets import listening

ATTEMPT = SignInAttempt("state", 0, "nonce", "verifier" * 6)


class Hub:
    """What it knows: tokens, and what the account may do with each repository; `status` breaks it."""

    def __init__(self) -> None:
        self.tokens = {"gho_1"}
        self.repositories: dict[str, dict[str, Any]] = {}
        self.user: dict[str, Any] = {"id": 7, "login": "octo"}
        self.lasts: int | None = None
        self.status = 200

    def app(self) -> Starlette:
        async def token(request: Request) -> Response:
            form = (await request.body()).decode()
            if "client_secret=hush" not in form or not (
                "code=good" in form or "refresh_token=ghr_1" in form
            ):
                return JSONResponse({"error": "bad_verification_code"})
            given: dict[str, Any] = {"access_token": "gho_1", "token_type": "bearer", "scope": ""}
            return JSONResponse(
                {**given, "expires_in": self.lasts, "refresh_token": "ghr_1"}
                if self.lasts
                else given
            )

        def allowed(request: Request) -> bool:
            return request.headers.get("authorization", "").removeprefix("Bearer ") in self.tokens

        async def user(request: Request) -> Response:
            return (
                JSONResponse(self.user, self.status) if allowed(request) else JSONResponse({}, 401)
            )

        async def repository(request: Request) -> Response:
            if not allowed(request):
                return JSONResponse({}, 401)
            found = self.repositories.get(request.path_params["name"])
            return JSONResponse(found or {}, 404 if found is None else self.status)

        return Starlette(
            routes=[
                Route("/login/oauth/access_token", token, methods=["POST"]),
                Route("/api/v3/user", user),
                Route("/api/v3/repos/{name:path}", repository),
            ]
        )


@pytest.fixture
async def found() -> AsyncIterator[tuple[Hub, GitHub]]:
    hub = Hub()
    async with listening(uvicorn.Config(hub.app(), lifespan="off", log_level="critical")) as url:
        secret = Secret("hush")
        settings = Settings(
            issuer=url,
            client_id="us",
            client_secret=secret,
            scopes=(),
            repositories=("acme/data", "acme/open"),
        )
        yield (
            hub,
            GitHub(
                settings, OAuthClient(settings, "client_secret_post", trust_env=False), FakeClock()
            ),
        )


@pytest.mark.parametrize(
    ("told", "collaborates"),
    [
        ({"private": True, "permissions": {"pull": True, "push": False}}, True),
        ({"private": True, "permissions": {"pull": True, "push": True}}, True),
        ({"private": False, "permissions": {"pull": True, "push": True}}, True),
        ({"private": False, "permissions": {"pull": True, "push": False}}, False),
        ({"private": True, "permissions": {"pull": False, "push": False}}, False),
        (None, False),
    ],
)
async def test_a_collaborator_on_the_data_repository_may_come_in(
    found: tuple[Hub, GitHub], told: dict[str, Any] | None, collaborates: bool
) -> None:
    """ACC-18: read access to a public repository, which everybody has, makes no one a
    collaborator.
    """
    hub, github = found
    if told is not None:
        hub.repositories["acme/data"] = told
    identity = await github.exchange_code(ATTEMPT, "good", "http://back")
    assert (identity.subject, identity.name) == ("7", "octo")
    assert identity.groups == (("repository:acme/data",) if collaborates else ())


async def test_a_removed_collaborator_is_out(found: tuple[Hub, GitHub]) -> None:
    """ACC-18: GitHub is asked again; a revoked token is refused at once."""
    hub, github = found
    hub.repositories["acme/data"] = {"private": True, "permissions": {"pull": True}}
    identity = await github.exchange_code(ATTEMPT, "good", "http://back")
    assert (await github.revalidate(identity)).groups == ("repository:acme/data",)
    hub.repositories.clear()
    assert (await github.revalidate(identity)).groups == ()
    hub.user = {"id": 8, "login": "octo"}
    assert await code(github, identity) == "unauthorized"
    hub.tokens.clear()
    assert await code(github, identity) == "unauthorized"


async def test_a_wrong_code_is_refused(found: tuple[Hub, GitHub]) -> None:
    """ACC-16: a code that GitHub refuses is `unauthorized`."""
    with pytest.raises(Problem) as refused:
        await found[1].exchange_code(ATTEMPT, "bad", "http://back")
    assert refused.value.code == "unauthorized"


async def test_an_answer_that_cannot_be_understood_confirms_no_one(
    found: tuple[Hub, GitHub],
) -> None:
    """ACC-17: an answer that is malformed, or comes from a server that is down, confirms no one."""
    hub, github = found
    hub.repositories["acme/data"] = {"private": True, "permissions": {"pull": True}}
    identity = await github.exchange_code(ATTEMPT, "good", "http://back")
    hub.status = 502
    assert await code(github, identity) == "unavailable"
    hub.status, hub.user = 200, {"id": "7", "login": "octo"}
    assert await code(github, identity) == "unavailable"
    hub.user, hub.repositories["acme/data"] = {"id": 7, "login": "octo"}, {"private": True}
    assert await code(github, identity) == "unavailable"


async def test_a_token_that_lapses_is_renewed(found: tuple[Hub, GitHub]) -> None:
    """ACC-17: a token of a GitHub App, which lasts eight hours, is renewed with its
    refresh token.
    """
    hub, github = found
    hub.lasts = 28800
    identity = await github.exchange_code(ATTEMPT, "good", "http://back")
    assert identity.refresh == "ghr_1"
    due = msgspec.structs.replace(identity, access="old", renew_at=0)
    assert (await github.revalidate(due)).access == "gho_1"
    assert await code(github, msgspec.structs.replace(due, refresh="")) == "unauthorized"


async def test_the_address_is_githubs(found: tuple[Hub, GitHub]) -> None:
    """ACC-18: people consent at GitHub's own address; github.com has its API on another host."""
    assert "/login/oauth/authorize?" in await found[1].address(ATTEMPT, "http://back")
    settings = Settings(issuer="https://github.com", client_id="us")
    assert GitHub(settings, OAuthClient(settings), FakeClock())._api == "https://api.github.com"


async def code(github: GitHub, identity: Identity) -> str:
    with pytest.raises(Problem) as refused:
        await github.revalidate(identity)
    return refused.value.code
