"""Publishes through a server with Pusher Channels' HTTP interface: Pusher, soketi, Reverb, Ably."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.relay import Message, ProviderWebhook, RelayLimits
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.relays.address import PusherConfig
from dagnet_realtime.relays.signing import (
    CHANNEL,
    SOCKET_ID,
    request_query,
    sign_subscription,
    verify_webhook,
)

if TYPE_CHECKING:
    import httpx

PREFIX = "private-encrypted-"
_NONCE_BYTES = 24


class ChannelEncryption:
    """Encrypts messages with a key for each channel.

    `master` (32 bytes) must not follow from the app's secret, which the provider knows.
    """

    def __init__(
        self, master: bytes, random_bytes: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        try:
            from nacl.secret import SecretBox  # an optional dependency: most relays do without
        except ImportError:
            raise Problem(
                "invalid",
                "Encrypted channels need PyNaCl",
                "It is not installed",
                "pip install 'dagnet-realtime[encrypted]'",
            ) from None
        self._box = SecretBox
        self._master = master
        self._random_bytes = random_bytes

    def key(self, channel: str) -> bytes:
        """The channel's key, which its subscribers get with their signature."""
        return hashlib.sha256(channel.encode() + self._master).digest()

    def encrypt(self, channel: str, body: bytes) -> bytes:
        """`body` as in the protocol: nonce and ciphertext."""
        nonce = self._random_bytes(_NONCE_BYTES)
        ciphertext = self._box(self.key(channel)).encrypt(body, nonce).ciphertext
        return msgspec.json.encode({"nonce": _text(nonce), "ciphertext": _text(ciphertext)})


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


TRIES = 3  # of one request; repeats do no harm, since browsers skip frames by position
RETRY_SECONDS = 0.2  # before the second try, doubled before the third
SKEW_SECONDS = 300  # between two clocks; providers reject signatures that differ by ten minutes
MAX_CONNECTIONS = 8  # at once, for publications and questions


class PusherRelay:
    """One app of a provider. Enter it as a context, which closes its connections.

    `master` is needed for encrypted channels only.
    """

    def __init__(
        self,
        address: PusherConfig,
        clock: Clock,
        master: bytes = b"",
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        self._address = address
        self._clock = clock
        self._encryption = ChannelEncryption(master) if address.encrypted else None
        self._transport = transport
        self._http: httpx.AsyncClient | None = None
        self._skew = 0
        self.limits = _limits(address)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._http is not None:
            await self._http.aclose()

    async def publish(self, messages: Sequence[Message]) -> int:
        """Publishes in order, at most `batch` messages a request."""
        size = self._address.batch
        for start in range(0, len(messages), size):
            some = [self._encode(message) for message in messages[start : start + size]]
            await self._request("POST", "batch_events", msgspec.json.encode({"batch": some}))
        return len(messages)

    def authorise(self, channel: str, socket_id: str) -> dict[str, str]:
        """Raises `Problem("invalid")` if it is not the id of a socket, or not a private channel."""
        if not (
            SOCKET_ID.fullmatch(socket_id)
            and CHANNEL.fullmatch(channel)
            and channel.startswith(self.limits.prefix)
        ):
            raise Problem(
                "invalid",
                "Invalid socket id or channel name",
                "",
                "Send the socket's id and the channel's name as pusher-js gives them",
            )
        answer = {
            "auth": sign_subscription(
                self._address.key, self._address.secret.reveal(), socket_id, channel
            )
        }
        if self._encryption is not None:
            answer["shared_secret"] = base64.b64encode(self._encryption.key(channel)).decode()
        return answer

    def verify_webhook(self, key: str, signature: str, body: bytes) -> frozenset[str] | None:
        """As `Relay.verify_webhook`; webhooks are signed with the app's own key and secret."""
        known = hmac.compare_digest(key.encode("utf-8", "replace"), self._address.key.encode())
        if not (verify_webhook(self._address.secret.reveal(), signature, body) and known):
            return None
        try:
            notice = msgspec.json.decode(body, type=ProviderWebhook)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Problem(
                "invalid", "The notice cannot be read", "", "Send webhooks as Pusher Channels does"
            ) from None
        return frozenset(event.channel for event in notice.events)

    async def subscribers(self, channel: str) -> int | None:
        """As `Relay.subscribers`; with some providers counting must be switched on."""
        answer = await self._request(
            "GET", f"channels/{channel}", b"", {"info": "subscription_count"}
        )
        try:
            channel_info: dict[str, Any] = msgspec.json.decode(answer, type=dict[str, Any])
        except msgspec.DecodeError:
            raise _unavailable("its answer cannot be read") from None
        if not channel_info.get("occupied", True):
            return 0
        count = channel_info.get("subscription_count")
        return count if isinstance(count, int) else None

    def _encode(self, message: Message) -> dict[str, str]:
        body = (
            message.body
            if self._encryption is None
            else self._encryption.encrypt(message.channel, message.body)
        )
        return {"channel": message.channel, "name": message.name, "data": body.decode()}

    async def _request(
        self, method: str, what: str, body: bytes, params: dict[str, str] | None = None
    ) -> bytes:
        """One request, repeated if that may help, as after a skew of clocks. Raises `Problem`."""
        import httpx

        path = f"/apps/{self._address.app_id}/{what}"
        why = ""
        for number in range(TRIES):
            if number:
                await self._clock.sleep(RETRY_SECONDS * 2 ** (number - 1))
            at = self._clock.now() // 1000 + self._skew
            query = request_query(
                self._address.key, self._address.secret.reveal(), method, path, body, at, params
            )
            try:
                answer = await self._client().request(
                    method,
                    f"{path}?{query}",
                    content=body,
                    headers={"content-type": "application/json"} if body else {},
                )
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                why = f"it cannot be reached ({type(error).__name__})"
                continue
            status = _status(answer)
            if status < 300:
                return answer.content
            why = f"it answered {status}"
            if (
                status < 500
                and status not in (408, 429)
                and not (status == 401 and self._adjust_clock_skew(answer, at))
            ):
                break
        raise _unavailable(why)

    def _client(self) -> "httpx.AsyncClient":
        """The HTTP client, imported when first needed: that takes 60 ms of a cold start."""
        if self._http is None:
            import httpx

            self._http = httpx.AsyncClient(
                base_url=self._address.api,
                timeout=self._address.timeout,
                limits=httpx.Limits(max_connections=MAX_CONNECTIONS, keepalive_expiry=60),
                transport=self._transport,
                trust_env=False,  # no proxy that the environment happens to name
            )
        return self._http

    def _adjust_clock_skew(self, answer: "httpx.Response", at: int) -> bool:
        """If a provider rejects our signatures because of clock skew, adopts its clock."""
        try:
            theirs = int(parsedate_to_datetime(answer.headers.get("date", "")).timestamp())
        except (ValueError, OverflowError):
            return False
        if abs(theirs - at) < SKEW_SECONDS:
            return False
        # set, not added up: several requests may be rejected at once
        self._skew = theirs - self._clock.now() // 1000
        return True


def _status(answer: "httpx.Response") -> int:
    """The status that is meant: soketi rejects with 200, and the status in the body."""
    if answer.status_code >= 300 or b'"error"' not in answer.content[:1000]:
        return answer.status_code
    try:
        code = msgspec.json.decode(answer.content, type=dict[str, Any]).get("code")
    except msgspec.DecodeError:
        return answer.status_code
    return code if isinstance(code, int) and 400 <= code <= 599 else answer.status_code


def _limits(address: PusherConfig) -> RelayLimits:
    return RelayLimits(
        limit=address.body_limit,
        pieces=address.pieces,
        every=address.every,
        rate=address.rate,
        prefix=PREFIX if address.encrypted else "private-",
        public={
            "kind": "pusher",
            "key": address.key,
            "host": address.ws_host,
            "port": address.ws_port,
            "tls": address.tls,
            "encrypted": address.encrypted,
        },
        connects=(address.socket,),
    )


def _unavailable(why: str) -> Problem:
    return Problem(
        "unavailable",
        "The provider does not accept messages",
        why,
        "Frames come by poll meanwhile",
        retry_after=5,
    )
