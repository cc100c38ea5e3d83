"""Access by an identity provider: sign-in, sessions, revalidation and refusals."""

import asyncio
import json
from typing import Any

import msgspec
import pytest

from dagnet_realtime.core.access_tokens import create_token
from dagnet_realtime.model.access import RoleBinding
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.web.auth.cookie import LARGEST, SealedCookie
from dagnet_realtime.web.auth.provider import (
    ATTEMPT_SECONDS,
    CONFIRMED_SECONDS,
    Identity,
    OidcAuthenticator,
    OidcCookie,
    Settings,
    SignInAttempt,
    sign_in_refused,
    subject_of,
    unreachable,
)
from dagnet_realtime.web.auth.request import AuthRequest
from tests.support.clock import FakeClock
from tests.web.stage import WebStage


def test_a_no_is_final_and_a_silence_is_not() -> None:
    """ACC-17: a refused person must sign in again; one who cannot be confirmed may retry."""
    assert (sign_in_refused("x").code, sign_in_refused("x").retry_after) == ("unauthorized", None)
    assert (unreachable("x").code, unreachable("x").retry_after) == ("unavailable", 10)


def test_a_scope_is_asked_for_by_default() -> None:
    """ACC-16: the id token, the name and the address."""
    assert Settings(issuer="i", client_id="c").scopes == ("openid", "email", "profile")
    assert Identity("s", "n").groups == ()


SHOP = Channel("shop", "prod")
URL = "https://watch.example.com"
ANN = Identity("7", "ann@acme.com", ("group:analysts",), "access", "refresh", 2**53)


class Scripted:
    """A provider that says what a test wants of it."""

    def __init__(self) -> None:
        self.identity = ANN
        self.problem: Problem | None = None
        self.asked = 0
        self.slow: asyncio.Event | None = None

    async def address(self, attempt: SignInAttempt, back: str) -> str:
        return f"https://id.example/auth?state={attempt.id}"

    async def exchange_code(self, attempt: SignInAttempt, code: str, back: str) -> Identity:
        return await self.revalidate(self.identity)

    async def revalidate(self, identity: Identity) -> Identity:
        self.asked += 1
        if self.slow is not None:
            await self.slow.wait()
        if self.problem is not None:
            raise self.problem
        return self.identity


class Scene:
    """One access, its provider, its clock and its grants."""

    def __init__(self) -> None:
        self.clock, self.provider = FakeClock(), Scripted()
        self.grants = [RoleBinding(who="group:analysts", role="follow")]
        self.kept, self.text = create_token(
            "ci", "watch", ("*",), self.clock.now(), None, lambda n: bytes(n)
        )
        jars: Any = (
            SealedCookie(OidcCookie, b"key", self.clock, same_site="Lax"),
            SealedCookie(SignInAttempt, b"key", self.clock, name="attempt", same_site="Lax"),
        )
        self.access = OidcAuthenticator(
            self.provider,
            f"{URL}/sign-in/callback",
            lambda: self.grants,
            lambda: [self.kept],
            jars,
            self.clock,
            3600.0,
            URL,
            "https://id.example",
        )

    async def attempt(self) -> tuple[AuthRequest, str]:
        """A browser that has been sent away, and the state that it took along."""
        address, cookie = await self.access.begin()
        return AuthRequest(
            "GET", "watch.example.com", cookie=cookie.partition(";")[0]
        ), address.partition("state=")[2]

    async def signed_in(self) -> AuthRequest:
        asked, state = await self.attempt()
        cookies, _ = await self.access.finish(asked, state, "code")
        return AuthRequest("GET", "watch.example.com", cookie=cookies[0].partition(";")[0])

    async def code(self, asked: AuthRequest) -> str:
        with pytest.raises(Problem) as refused:
            await self.access.person(asked)
        return refused.value.code


async def test_a_person_goes_by_what_the_provider_calls_them() -> None:
    """ACC-16: a person has the provider's name, and the role that grants give it."""
    scene = Scene()
    person = await scene.access.person(await scene.signed_in())
    assert (person.name, person.role(SHOP)) == ("oidc:ann@acme.com", "follow")
    assert scene.provider.asked == 1


async def test_sessions_belong_to_issuer_and_subject() -> None:
    """ACC-2: a new holder of a name gets no sessions of the former one; a renamed person keeps
    theirs.
    """
    scene = Scene()
    ann = await scene.access.person(await scene.signed_in())
    scene.provider.identity = msgspec.structs.replace(ANN, subject="8")
    heir = await scene.access.person(await scene.signed_in())
    scene.provider.identity = msgspec.structs.replace(ANN, name="ann.new@acme.com")
    renamed = await scene.access.person(await scene.signed_in())
    assert (heir.name, heir.role(SHOP)) == (ann.name, ann.role(SHOP))
    assert heir.id != ann.id
    assert (renamed.id, renamed.name) == (ann.id, "oidc:ann.new@acme.com")
    assert "7" not in ann.id.partition(":")[0]
    assert subject_of("https://id.example", "7") == ann.id != subject_of("https://id.other", "7")


async def test_a_browsers_watch_session_outlives_its_persons_name() -> None:
    """ACC-2: over HTTP a renamed person keeps their session; a new holder of the name does
    not see it.
    """
    scene = Scene()
    async with WebStage(access=scene.access) as stage:
        cookies = []
        for identity in (
            ANN,
            msgspec.structs.replace(ANN, name="ann.new@acme.com"),
            msgspec.structs.replace(ANN, subject="8"),
        ):
            scene.provider.identity = identity
            cookies.append((await scene.signed_in()).cookie)
        headers = [{"host": "watch.example.com", "cookie": cookie} for cookie in cookies]
        on = {"workspace": "shop", "env": "prod", "graph": "checkout"}
        told = await stage.stranger.post("/api/watch", json=on, headers=headers[0])
        assert told.status_code == 201, told.text
        path = f"/api/watch/{told.json()['watch_session_id']}/frames"
        codes = [
            (await stage.stranger.get(path, params={"wait": 0}, headers=one)).status_code
            for one in headers
        ]
        assert codes == [200, 200, 410]
        assert (await stage.stranger.get("/api/me", headers=headers[0])).json()[
            "person"
        ] == "oidc:ann@acme.com"
        assert [
            json.loads(line)["person"] for line in stage.audited if json.loads(line)["deed"] == "on"
        ] == ["oidc:ann@acme.com"]


async def test_an_attempt_serves_once_in_its_own_browser() -> None:
    """ACC-16: it needs its own state and may not have lapsed, so no browser signs in as another
    person.
    """
    scene = Scene()
    asked, state = await scene.attempt()
    other, other_state = await scene.attempt()
    for who, told, code in (
        (AuthRequest("GET"), state, "c"),
        (asked, other_state, "c"),
        (asked, "", "c"),
        (other, state, "c"),
    ):
        with pytest.raises(Problem):
            await scene.access.finish(who, told, code)
    assert scene.provider.asked == 0
    with pytest.raises(Problem, match="could not be signed in"):
        await scene.access.finish(other, other_state, "")
    await scene.access.finish(asked, state, "code")
    with pytest.raises(Problem):
        await scene.access.finish(asked, state, "code")
    late, late_state = await scene.attempt()
    scene.clock.shift(ATTEMPT_SECONDS)
    with pytest.raises(Problem):
        await scene.access.finish(late, late_state, "code")


async def test_whom_no_grant_names_gets_no_cookie() -> None:
    """ACC-18: a person without a grant is refused, since the provider knows many people."""
    scene = Scene()
    scene.grants.clear()
    asked, state = await scene.attempt()
    with pytest.raises(Problem) as refused:
        await scene.access.finish(asked, state, "code")
    assert refused.value.code == "forbidden"


async def test_the_providers_word_is_believed_for_fifteen_seconds() -> None:
    """ACC-17: after fifteen seconds it is asked again; changed groups and a refusal take effect."""
    scene = Scene()
    asked = await scene.signed_in()
    scene.provider.identity = msgspec.structs.replace(ANN, groups=())
    scene.clock.shift(CONFIRMED_SECONDS - 0.1)
    assert (await scene.access.person(asked)).role(SHOP) == "follow"
    scene.clock.shift(0.1)
    assert (await scene.access.person(asked)).role(SHOP) is None
    scene.provider.problem = sign_in_refused("gone")
    scene.clock.shift(CONFIRMED_SECONDS)
    assert await scene.code(asked) == "unauthorized"
    scene.provider.problem = unreachable("down")
    assert await scene.code(asked) == "unavailable"


async def test_grants_take_effect_at_once() -> None:
    """ACC-21: grants are ours, so they apply without asking the provider."""
    scene = Scene()
    asked = await scene.signed_in()
    scene.grants[:] = [RoleBinding(who="ann@*", role="administer")]
    assert (await scene.access.person(asked)).role(SHOP) == "administer"
    scene.grants.clear()
    assert (await scene.access.person(asked)).role(SHOP) is None


async def test_many_requests_are_one_question() -> None:
    """ACC-17: a page that loads must not flood the provider."""
    scene = Scene()
    asked = await scene.signed_in()
    scene.clock.shift(CONFIRMED_SECONDS)
    scene.provider.slow = asyncio.Event()
    waiting = [asyncio.create_task(scene.access.person(asked)) for _ in range(20)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    scene.provider.slow.set()
    found = await asyncio.gather(*waiting[1:])
    assert {person.name for person in found} == {"oidc:ann@acme.com"}
    assert scene.provider.asked == 2


async def test_a_sign_in_ends() -> None:
    """ACC-13: it ends by signing out or by its age, though the provider would still confirm the
    person.
    """
    scene = Scene()
    asked = await scene.signed_in()
    assert "Max-Age=0" in await scene.access.sign_out(asked)
    assert await scene.code(asked) == "unauthorized"
    again = await scene.signed_in()
    scene.clock.shift(3600)
    assert await scene.code(again) == "unauthorized"


async def test_tokens_too_large_for_a_cookie_stay_with_this_process() -> None:
    """ACC-13: large tokens stay out of the cookie, and a sign-in with more groups than it can hold
    is refused.
    """
    scene = Scene()
    scene.provider.identity = msgspec.structs.replace(
        ANN, access="x" * LARGEST, refresh="y" * LARGEST
    )
    asked = await scene.signed_in()
    assert len(asked.cookie) < 1000
    assert (await scene.access.person(asked)).name == "oidc:ann@acme.com"
    scene.provider.identity = msgspec.structs.replace(
        ANN, groups=tuple(f"group:{number:>40}" for number in range(200))
    )
    scene.grants.append(RoleBinding(who="*", role="watch"))
    with pytest.raises(Problem, match="could not be signed in"):
        await scene.signed_in()


async def test_programs_bring_access_tokens() -> None:
    """ACC-11: programs, which have no browser, sign in by access token."""
    scene = Scene()
    person = await scene.access.person(AuthRequest("GET", authorization=f"Bearer {scene.text}"))
    assert person.role(SHOP) == "watch"
    assert await scene.code(AuthRequest("GET", authorization="Bearer access")) == "unauthorized"
    with pytest.raises(Problem):
        scene.access.check_origin(AuthRequest("GET", "evil.example"))
