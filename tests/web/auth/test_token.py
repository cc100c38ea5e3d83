"""Access by token."""

import secrets

import pytest

from dagnet_realtime.core.access_tokens import create_token
from dagnet_realtime.model.access import AccessToken
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.web.auth.cookie import SealedCookie
from dagnet_realtime.web.auth.request import AuthRequest
from dagnet_realtime.web.auth.token import TokenAuthenticator, TokenCookie
from tests.support.clock import FakeClock

HOUR = 3600.0


class Store:
    """Tokens that a test changes."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.kept, self.text = create_token(
            "ci", "follow", ("shop/prod",), self.clock.now(), HOUR, secrets.token_bytes
        )
        self.tokens: list[AccessToken] = [self.kept]
        jar: SealedCookie[TokenCookie] = SealedCookie(TokenCookie, b"key", self.clock, secure=False)
        self.access = TokenAuthenticator(lambda: self.tokens, jar, self.clock, 12 * HOUR)

    async def code(self, asked: AuthRequest) -> str:
        with pytest.raises(Problem) as refused:
            await self.access.person(asked)
        return refused.value.code


async def test_a_program_brings_its_token() -> None:
    """ACC-11: what it is for comes with it."""
    store = Store()
    person = await store.access.person(AuthRequest("GET", authorization=f"Bearer {store.text}"))
    assert person.name == f"token:{store.kept.id}"
    assert (person.role(Channel("shop", "prod")), person.role(Channel("shop", "test"))) == (
        "follow",
        None,
    )


async def test_a_person_types_it_once() -> None:
    """ACC-11: the cookie stands for the token and never holds it."""
    store = Store()
    cookie, person = store.access.sign_in(f" {store.text}\n")
    assert store.text.split("_")[2] not in cookie
    asked = AuthRequest("GET", cookie=cookie.partition(";")[0])
    assert await store.access.person(asked) == person
    assert "Max-Age=3600" in cookie
    await store.access.sign_out(asked)
    assert await store.code(asked) == "unauthorized"


async def test_a_revoked_or_expired_token_opens_nothing() -> None:
    """ACC-11: neither the token nor the cookie made with it opens anything."""
    for end in ("revoke", "expire"):
        store = Store()
        cookie = AuthRequest("GET", cookie=store.access.sign_in(store.text)[0].partition(";")[0])
        if end == "revoke":
            store.tokens.clear()
        else:
            store.clock.shift(HOUR)
        assert await store.code(cookie) == "unauthorized"
        assert (
            await store.code(AuthRequest("GET", authorization=f"Bearer {store.text}"))
            == "unauthorized"
        )
        with pytest.raises(Problem):
            store.access.sign_in(store.text)


async def test_every_wrong_token_gets_the_same_answer() -> None:
    """ACC-11: the answer does not tell which part was right."""
    store = Store()
    id, secret = store.text.split("_")[1:]
    wrong = [
        "dnr_",
        f"dnr_{id}_{'0' * 64}",
        f"dnr_{'0' * 12}_{secret}",
        store.text + "0",
        store.text.upper(),
        "é",
        "",
    ]
    answers = set()
    for text in wrong[:-1]:
        with pytest.raises(Problem) as refused:
            await store.access.person(AuthRequest("GET", authorization=f"Bearer {text}"))
        answers.add(refused.value.sentence())
    assert len(answers) == 1
    assert await store.code(AuthRequest("GET")) == "unauthorized"
