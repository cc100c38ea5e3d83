"""Publishing over HTTP, to a scripted provider or a real one, and encryption that the provider
cannot undo.
"""

import asyncio
import base64
import hmac
import json
import sys
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.secret import SecretBox

from dagnet_realtime.app.clock import SystemClock
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.relay import Message
from dagnet_realtime.relays.address import parse_relay_url
from dagnet_realtime.relays.pusher import TRIES, ChannelEncryption, PusherRelay
from tests.support.clock import FakeClock
from tests.support.soketi import Soketi, soketi

URL = "pusher://key:secret@127.0.0.1:6001/1"


class Provider(httpx.AsyncBaseTransport):
    """Answers with what a test queued, then with 200; an exception is raised."""

    def __init__(self, *answers: int | Exception | dict[str, Any]) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if self.answers else {}
        match answer:
            case Exception():
                raise answer
            case int():
                return httpx.Response(answer, json={})
            case _:
                return httpx.Response(200, json=answer)

    @property
    def batches(self) -> list[list[dict[str, str]]]:
        return [json.loads(request.content)["batch"] for request in self.asked]


def message(number: int = 0, channel: str = "private-a") -> Message:
    return Message(channel, "frame", b'{"n":%d}' % number)


async def published(provider: Provider, *messages: Message, url: str = URL) -> int:
    clock = FakeClock()
    async with PusherRelay(parse_relay_url(url), clock, bytes(32), provider) as relay:
        task = asyncio.create_task(relay.publish(messages))
        while not task.done():
            await clock.advance(0.2)
        return await task


async def test_messages_go_in_order_at_most_ten_a_request() -> None:
    """REL-3: 23 messages are three requests, and 23 are billed."""
    provider = Provider()
    assert await published(provider, *(message(n) for n in range(23))) == 23
    assert [len(batch) for batch in provider.batches] == [10, 10, 3]
    assert [json.loads(one["data"])["n"] for batch in provider.batches for one in batch] == list(
        range(23)
    )


async def test_what_may_help_is_tried_again_and_nothing_else() -> None:
    """REL-6: an unreachable, busy or failing provider is asked three times; one that refuses, once."""
    for answer in (
        httpx.ConnectError("down"),
        httpx.ReadTimeout("slow"),
        500,
        429,
        {"error": "busy", "code": 503},
    ):
        provider = Provider(answer, answer)
        assert await published(provider, message()) == 1
        assert len(provider.asked) == TRIES
        with pytest.raises(Problem, match="does not accept messages"):
            await published(Provider(*[answer] * TRIES), message())
    for refusal in (400, 401, 403, 413, {"error": "The secret authentication failed", "code": 401}):
        provider = Provider(refusal)
        with pytest.raises(Problem) as caught:
            await published(provider, message())
        assert (caught.value.code, len(provider.asked)) == ("unavailable", 1)


async def test_a_provider_by_another_clock_is_gone_by_its_own() -> None:
    """REL-6: after one refusal that carries the provider's time, its time is used; another refusal
    stays one.
    """
    clock = FakeClock()
    asked: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(int(request.url.params["auth_timestamp"]))
        theirs = clock.now() // 1000 + 7_200
        headers = {"date": formatdate(theirs, usegmt=True)}
        return httpx.Response(
            200 if abs(asked[-1] - theirs) < 600 else 401, json={}, headers=headers
        )

    async with PusherRelay(
        parse_relay_url(URL), clock, transport=httpx.MockTransport(answer)
    ) as relay:
        for number in range(2):
            task = asyncio.create_task(relay.publish([message(number)]))
            await clock.advance(1)
            assert await task == 1
    assert len(asked) == 3
    for date in ("", "yesterday", formatdate(clock.now() / 1000, usegmt=True)):
        refusing = httpx.MockTransport(
            lambda _, date=date: httpx.Response(401, headers={"date": date})
        )  # type: ignore[misc]
        async with PusherRelay(parse_relay_url(URL), clock, transport=refusing) as relay:
            with pytest.raises(Problem):
                await relay.publish([message()])


async def test_a_signature_is_for_private_channels_of_this_relay() -> None:
    """REL-9: what is no socket, no channel, or a public one, is refused."""
    async with PusherRelay(parse_relay_url(URL), FakeClock()) as relay:
        assert relay.authorise("private-a", "1.2")["auth"].startswith("key:")
        for channel, socket in (
            ("public", "1.2"),
            ("private-a", "1.2:private-b"),
            ("private-a:b", "1.2"),
            ("presence-a", "1.2"),
        ):
            with pytest.raises(Problem):
                relay.authorise(channel, socket)


async def test_an_encrypted_relay_gives_subscribers_the_channels_key() -> None:
    """REL-9: the key comes with the signature only, and only for encrypted channels."""
    provider = Provider()
    await published(provider, message(7, "private-encrypted-a"), url=URL + "?encrypted=1")
    assert set(json.loads(provider.batches[0][0]["data"])) == {"nonce", "ciphertext"}
    async with PusherRelay(parse_relay_url(URL + "?encrypted=1"), FakeClock(), bytes(32)) as relay:
        assert "shared_secret" in relay.authorise("private-encrypted-a", "1.2")
        with pytest.raises(Problem):
            relay.authorise("private-a", "1.2")


def signed(body: bytes) -> str:
    return hmac.digest(b"secret", body, "sha256").hex()


async def test_a_notice_is_the_providers_only_with_its_signature() -> None:
    """REL-24: the app's key and secret must sign the whole body."""
    body = b'{"time_ms":1,"events":[{"name":"channel_vacated","channel":"private-a"},{"name":"channel_occupied","channel":"private-b"}]}'
    async with PusherRelay(parse_relay_url(URL), FakeClock()) as relay:
        assert relay.verify_webhook("key", signed(body), body) == {"private-a", "private-b"}
        for key, signature, told in (
            ("key", "", body),
            ("key", signed(body)[:-1], body),
            ("other", signed(body), body),
            ("ü", "ü", body),
        ):
            assert relay.verify_webhook(key, signature, told) is None
        assert (
            relay.verify_webhook("key", signed(body), body.replace(b"vacated", b"occupied")) is None
        )


VALUES = st.recursive(
    st.none() | st.text() | st.integers(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["events", "channel", "name", "time_ms"]), inner)
    ),
)


@given(body=st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_signed_body_is_read_or_invalid(body: bytes) -> None:
    """REL-24: a signed body that is malformed raises `invalid`."""
    relay = PusherRelay(parse_relay_url(URL), FakeClock())
    try:
        told = "unsigned" if relay.verify_webhook("key", signed(body), body) is None else "named"
    except Problem as problem:
        told = problem.code
    assert told in ("named", "invalid")


async def test_the_provider_says_who_is_subscribed() -> None:
    """REL-9: the count of subscribers is none, a number, or unknown if the channel is only said to
    be occupied.
    """
    for answer, expected in (
        ({"occupied": False}, 0),
        ({"occupied": True, "subscription_count": 3}, 3),
        ({"occupied": True}, None),
    ):
        async with PusherRelay(
            parse_relay_url(URL), FakeClock(), transport=Provider(answer)
        ) as relay:
            assert await relay.subscribers("private-a") == expected
    garbled = httpx.MockTransport(lambda _: httpx.Response(200, content=b"<html>"))
    async with PusherRelay(parse_relay_url(URL), FakeClock(), transport=garbled) as relay:
        with pytest.raises(Problem):
            await relay.subscribers("private-a")


@pytest.fixture(scope="module")
def provider() -> Iterator[Soketi]:
    with soketi() as running:
        yield running


async def test_a_real_provider_takes_our_signatures(provider: Soketi) -> None:
    """REL-1: soketi, which checks with Pusher's own library, accepts them."""
    async with PusherRelay(parse_relay_url(provider.url), SystemClock()) as relay:
        assert await relay.publish([message(n) for n in range(12)]) == 12
        assert await relay.subscribers("private-a") == 0


async def test_a_real_provider_refuses_a_wrong_secret_and_a_message_over_its_limit(
    provider: Soketi,
) -> None:
    """REL-6: soketi says so in a body with status 200, and that is no success."""
    async with PusherRelay(
        parse_relay_url(provider.url.replace("a-secret", "no-secret")), SystemClock()
    ) as relay:
        with pytest.raises(Problem) as refused:
            await relay.publish([message()])
        assert "401" in refused.value.detail
    async with PusherRelay(parse_relay_url(provider.url), SystemClock()) as relay:
        with pytest.raises(Problem) as large:
            await relay.publish([Message("private-a", "frame", b'"%b"' % (b"x" * 11_000))])
        assert "413" in large.value.detail


def test_a_holder_of_the_channels_key_can_read_it() -> None:
    """REL-9: a message is the nonce and ciphertext of NaCl's secretbox, as the protocol carries
    them.
    """
    seal = ChannelEncryption(bytes(32))
    sent = msgspec.json.decode(
        seal.encrypt("private-encrypted-a", "ü".encode()), type=dict[str, str]
    )
    opened = SecretBox(seal.key("private-encrypted-a")).decrypt(
        base64.b64decode(sent["ciphertext"]), base64.b64decode(sent["nonce"])
    )
    assert opened.decode() == "ü"
    assert seal.encrypt("private-encrypted-a", b"x") != seal.encrypt("private-encrypted-a", b"x")


def test_every_channel_has_its_own_key() -> None:
    """REL-9: one channel's key opens no other, and follows from a master key that only we have."""
    assert (
        len(
            {
                ChannelEncryption(bytes(32)).key("a"),
                ChannelEncryption(bytes(32)).key("b"),
                ChannelEncryption(b"1" * 32).key("a"),
            }
        )
        == 3
    )


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """REL-9: an optional dependency that is missing is a problem with a remedy."""
    monkeypatch.setitem(sys.modules, "nacl.secret", None)
    with pytest.raises(Problem, match="PyNaCl") as caught:
        ChannelEncryption(bytes(32))
    assert "dagnet-realtime[encrypted]" in caught.value.remedy
