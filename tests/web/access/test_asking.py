"""Requests to an identity provider."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret
from dagnet_realtime.web.access.asking import LARGEST, Asking
from dagnet_realtime.web.access.identity import Attempt, Settings

ATTEMPT = Attempt("state", 0, "nonce", "verifier" * 6)
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
    return b"HTTP/1.1 %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b" % (status, len(body), body)


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
async def test_whatever_the_provider_says_is_an_answer_or_a_problem(answer: bytes, code: str) -> None:
    """ACC-17: bounded in size, no redirect is followed, and only a clear no is one."""
    async with answering(answer) as (url, _):
        with pytest.raises(Problem) as problem:
            await Asking(SETTINGS, trust_env=False).get(url, "token")
        assert problem.value.code == code


async def test_our_secret_is_sent_as_the_provider_wants_it() -> None:
    """ACC-16: in a header, in the form, or not at all."""
    async with answering(http(b'{"access_token":"a"}')) as (url, asked):
        await Asking(SETTINGS, trust_env=False).token(url, ATTEMPT, "code", "http://back")
        assert b"authorization: basic dxm6ahvzaa==" in asked[0].lower()
        assert b"code_verifier=verifier" in asked[1]
        await Asking(SETTINGS, "client_secret_post", trust_env=False).renewed(url, "refresh")
        assert b"client_secret=hush" in asked[3]
        await Asking(Settings(issuer="x", client_id="us"), trust_env=False).renewed(url, "refresh")
        assert b"hush" not in asked[4] + asked[5]


@pytest.mark.parametrize(
    "answer", [http(b'{"error":"invalid_grant"}', b"400 Bad"), http(b'{"error":"bad_verification_code"}')], ids=range(2)
)
async def test_an_error_is_a_no_whatever_its_status(answer: bytes) -> None:
    """ACC-16: GitHub says its errors with 200."""
    async with answering(answer) as (url, _):
        with pytest.raises(Problem) as problem:
            await Asking(SETTINGS, trust_env=False).token(url, ATTEMPT, "code", "http://back")
        assert problem.value.code == "unauthorized"


def test_the_address_holds_the_challenge_and_not_the_verifier() -> None:
    """ACC-16: and the state, and no empty scope."""
    address = Asking(Settings(issuer="x", client_id="us", scopes=())).address("http://x/auth?a=b", ATTEMPT, "http://back", nonce="n")
    assert "verifier" not in address
    assert "code_challenge_method=S256" in address
    assert "state=state" in address
    assert "scope" not in address
