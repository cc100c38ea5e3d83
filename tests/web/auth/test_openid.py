"""OpenID Connect against a certified provider that runs here, and requests to an
identity provider.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.auth.cookie import fresh_id
from dagnet_realtime.web.auth.openid import LARGEST, OAuthClient, OpenId
from dagnet_realtime.web.auth.provider import Identity, Settings, SignInAttempt
from tests.support.clock import FakeClock
from tests.support.openid import SECRET, Provider, consent, provider

BACK = "http://127.0.0.1:9/sign-in/callback"
ANN: dict[str, Any] = {
    "email": "ann@acme.com",
    "email_verified": True,
    "name": "Ann",
    "groups": ["analysts", "sales"],
}


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provider(BACK) as found:
        found.people(ann=ANN)
        yield found


def ours(issuer: str, **fields: Any) -> OpenId:
    given: dict[str, Any] = {
        "issuer": issuer,
        "client_id": "us",
        "client_secret": Secret(SECRET),
        **fields,
    }
    settings = Settings(**given)
    return OpenId(settings, OAuthClient(settings, trust_env=False), SystemClock())


def attempt() -> SignInAttempt:
    return SignInAttempt(
        fresh_id(), SystemClock().now() + 60_000, fresh_id(), fresh_id() + fresh_id()
    )


async def signed_in(
    openid: OpenId,
    subject: str = "ann",
    told: SignInAttempt | None = None,
    sent: SignInAttempt | None = None,
) -> Identity:
    """The identity that signs in; the browser took `sent` along, and its return is checked against
    `told`.
    """
    sent = sent or attempt()
    async with httpx.AsyncClient(trust_env=False) as browser:
        where = await consent(
            browser, await openid.address(sent, BACK), subject, "http://127.0.0.1:9/"
        )
    assert httpx.URL(where).params["state"] == sent.id
    return await openid.exchange_code(told or sent, httpx.URL(where).params["code"], BACK)


async def test_a_person_signs_in(running: Provider) -> None:
    """ACC-16: PKCE and a nonce secure it; name and groups come in the form that grants use."""
    identity = await signed_in(ours(running.issuer))
    assert (identity.subject, identity.name, identity.groups) == (
        "ann",
        "ann@acme.com",
        ("group:analysts", "group:sales"),
    )
    assert await ours(running.issuer).revalidate(identity) == identity


async def test_a_public_client_needs_no_secret(running: Provider) -> None:
    """ACC-16: without a client secret PKCE alone binds the code to us."""
    assert (
        await signed_in(
            ours(running.issuer, client_id="public", client_secret=None, claim="sub", groups="")
        )
    ).name == "ann"


async def test_another_attempts_token_is_refused(running: Provider) -> None:
    """ACC-16: a token with another nonce, or a code with another verifier, is refused."""
    sent = attempt()
    for told in (
        msgspec.structs.replace(sent, nonce=fresh_id()),
        msgspec.structs.replace(sent, verifier=fresh_id() * 2),
    ):
        with pytest.raises(Problem) as refused:
            await signed_in(ours(running.issuer), told=told, sent=sent)
        assert refused.value.code == "unauthorized"


async def test_a_wrong_secret_is_refused(running: Provider) -> None:
    """ACC-16: the provider says no, and so do we."""
    with pytest.raises(Problem) as refused:
        await signed_in(ours(running.issuer, client_secret=Secret("another")))
    assert refused.value.code == "unauthorized"


@pytest.mark.parametrize(
    "name", ["bo\u017fs", "\ufb01ne", "boss\xa0", "e\u0301", "a\u200bb", "x" * 257, ""]
)
async def test_a_name_that_can_be_taken_for_another_is_refused(
    running: Provider, name: str
) -> None:
    """ACC-18: people may choose such a one at the provider."""
    running.people(eve={**ANN, "name": name})
    with pytest.raises(Problem) as refused:
        await signed_in(ours(running.issuer, claim="name"), subject="eve")
    assert refused.value.code == "unauthorized"
    assert "“name”" in refused.value.sentence()


async def test_an_unverified_address_is_no_name(running: Provider) -> None:
    """ACC-16: an address that is not verified names no one; another claim can be configured."""
    running.people(
        ann=ANN,
        eve={"email": "ann@acme.com", "email_verified": False, "name": "Eve"},
        bob={"email": "bob@acme.com"},
    )
    for subject in ("eve", "bob"):
        with pytest.raises(Problem) as refused:
            await signed_in(ours(running.issuer), subject)
        assert "verified" in refused.value.detail
    assert (await signed_in(ours(running.issuer, claim="name"), "eve")).name == "Eve"
    with pytest.raises(Problem, match="could not be signed in"):
        await signed_in(ours(running.issuer, claim="nickname"), "ann")


async def test_the_provider_is_asked_again(running: Provider) -> None:
    """ACC-17: other groups take effect, and a person who is gone is refused."""
    running.people(ann=ANN)
    openid = ours(running.issuer)
    identity = await signed_in(openid)
    running.people(ann={**ANN, "groups": ["sales"]})
    assert (await openid.revalidate(identity)).groups == ("group:sales",)
    with pytest.raises(Problem) as somebody_else:
        await openid.revalidate(msgspec.structs.replace(identity, subject="bob"))
    assert somebody_else.value.code == "unauthorized"
    running.people()
    with pytest.raises(Problem) as gone:
        await openid.revalidate(identity)
    assert gone.value.code == "unauthorized"
    running.people(ann=ANN)


async def test_an_access_token_is_renewed_in_time(running: Provider) -> None:
    """ACC-17: a token is renewed with the refresh token; without one the sign-in has ended."""
    openid = ours(running.issuer)
    identity = await signed_in(openid)
    due = msgspec.structs.replace(identity, renew_at=0)
    renewed = await openid.revalidate(due)
    assert renewed.access not in ("", identity.access)
    assert renewed.renew_at > identity.renew_at - 60_000
    with pytest.raises(Problem, match="has ended"):
        await openid.revalidate(msgspec.structs.replace(due, refresh=""))


async def test_a_provider_that_cannot_be_reached_confirms_no_one(running: Provider) -> None:
    """ACC-17: an unreachable provider, or one with another issuer name, fails closed and says when
    to retry.
    """
    for issuer in (
        "http://127.0.0.1:9",
        running.issuer.replace("127.0.0.1", "localhost"),
        f"{running.issuer}/elsewhere",
    ):
        with pytest.raises(Problem) as problem:
            await ours(issuer).revalidate(Identity("ann", "Ann", access="x", renew_at=2**53))
        assert (problem.value.code, problem.value.retry_after) == ("unavailable", 10)


KEY, OTHER = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})
NOW = FakeClock().now() // 1000
GOOD: dict[str, Any] = {
    "iss": "https://id.example",
    "sub": "ann",
    "aud": "us",
    "exp": NOW + 60,
    "iat": NOW,
    "nonce": "n",
}


def claims(token: str) -> dict[str, Any]:
    settings = Settings(issuer="https://id.example", client_id="us")
    return OpenId(settings, OAuthClient(settings), FakeClock())._claims(KeySet([KEY]), token, "n")


def test_a_genuine_token_is_read() -> None:
    """ACC-16: what the following tests take something from."""
    assert claims(jwt.encode({"alg": "RS256", "kid": "one"}, GOOD, KEY))["sub"] == "ann"
    several = {**GOOD, "aud": ["us", "them"], "azp": "us"}
    assert claims(jwt.encode({"alg": "RS256", "kid": "one"}, several, KEY))["azp"] == "us"


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "them"},
        {"aud": ["us", "them"]},
        {"aud": ["us", "them"], "azp": "them"},
        {"azp": "them"},
        {"exp": NOW - 61},
        {"exp": None},
        {"iat": NOW + 600},
        {"nonce": "m"},
        {"nonce": None},
        {"sub": None},
        {"nbf": NOW + 600},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_or_not_fresh_is_refused(change: dict[str, Any]) -> None:
    """ACC-16: issuer, audience, party, times, nonce and subject are checked."""
    told = {key: value for key, value in {**GOOD, **change}.items() if value is not None}
    with pytest.raises(Exception, match=r"."):
        claims(jwt.encode({"alg": "RS256", "kid": "one"}, told, KEY))


def test_a_token_that_is_not_signed_by_the_provider_is_refused() -> None:
    """ACC-16: a token signed by another key, with an empty signature or with `alg: none` is
    refused.
    """
    good = jwt.encode({"alg": "RS256", "kid": "one"}, GOOD, OTHER)
    head, body, _ = jwt.encode({"alg": "RS256", "kid": "one"}, GOOD, KEY).split(".")
    none = "eyJhbGciOiJub25lIn0"
    for forged in (good, f"{none}.{body}.", f"{head}.{body}.", "", "a.b.c"):
        with pytest.raises(Exception, match=r"."):
            claims(forged)


ATTEMPT = SignInAttempt("state", 0, "nonce", "verifier" * 6)
SETTINGS = Settings(issuer="http://x", client_id="us", client_secret=Secret("hush"))


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that says `answer` to every request, and what it was asked."""
    asked: list[bytes] = []

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        asked.append(await reader.read(2000) if b"POST" in asked[-1] else b"")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", asked


def http(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b" % (
        status,
        len(body),
        body,
    )


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http(b"[]"), "unavailable"),
        (http(b"not json"), "unavailable"),
        (http(b"\xff"), "unavailable"),
        (http(b'{"a":"' + b"x" * LARGEST + b'"}'), "unavailable"),
        (http(b"{}", b"500 Oh"), "unavailable"),
        (http(b"{}", b"302 Found\r\nlocation: http://127.0.0.1:9/"), "unavailable"),
        (b"nonsense", "unavailable"),
        (b"", "unavailable"),
        (http(b"{}", b"401 No"), "unauthorized"),
        (http(b"{}", b"403 No"), "unauthorized"),
    ],
    ids=range(10),
)
async def test_any_answer_of_a_provider_is_an_identity_or_a_problem(
    answer: bytes, code: str
) -> None:
    """ACC-17: answers are bounded in size, no redirect is followed, and only a clear refusal counts
    as one.
    """
    async with answering(answer) as (url, _):
        with pytest.raises(Problem) as problem:
            await OAuthClient(SETTINGS, trust_env=False).get(url, "token")
        assert problem.value.code == code


async def test_our_secret_is_sent_as_the_provider_wants_it() -> None:
    """ACC-16: the secret is sent in a header, in the form, or not at all."""
    async with answering(http(b'{"access_token":"a"}')) as (url, asked):
        await OAuthClient(SETTINGS, trust_env=False).token(url, ATTEMPT, "code", "http://back")
        assert b"authorization: basic dxm6ahvzaa==" in asked[0].lower()
        assert b"code_verifier=verifier" in asked[1]
        await OAuthClient(SETTINGS, "client_secret_post", trust_env=False).refresh(url, "refresh")
        assert b"client_secret=hush" in asked[3]
        await OAuthClient(Settings(issuer="x", client_id="us"), trust_env=False).refresh(
            url, "refresh"
        )
        assert b"hush" not in asked[4] + asked[5]


@pytest.mark.parametrize(
    "answer",
    [http(b'{"error":"invalid_grant"}', b"400 Bad"), http(b'{"error":"bad_verification_code"}')],
    ids=range(2),
)
async def test_an_error_is_a_refusal_at_any_status(answer: bytes) -> None:
    """ACC-16: an error in the body is a refusal, since GitHub sends its errors with status 200."""
    async with answering(answer) as (url, _):
        with pytest.raises(Problem) as problem:
            await OAuthClient(SETTINGS, trust_env=False).token(url, ATTEMPT, "code", "http://back")
        assert problem.value.code == "unauthorized"


def test_the_address_holds_the_challenge_and_not_the_verifier() -> None:
    """ACC-16: the address holds the challenge and the state, and no empty scope."""
    address = OAuthClient(Settings(issuer="x", client_id="us", scopes=())).authorize_url(
        "http://x/auth?a=b", ATTEMPT, "http://back", nonce="n"
    )
    assert "verifier" not in address
    assert "code_challenge_method=S256" in address
    assert "state=state" in address
    assert "scope" not in address
