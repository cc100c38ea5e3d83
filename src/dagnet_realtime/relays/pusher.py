"""Publishes through any server that speaks Pusher Channels' HTTP interface: Pusher, soketi, Reverb, Soketi."""

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
    """Encrypts by channel. `master` (32 bytes) is ours alone: the provider knows the app's secret, so it must not follow from that."""

    def __init__(self, master: bytes, chance: Callable[[int], bytes] = secrets.token_bytes) -> None:
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
        self._chance = chance

    def key(self, channel: str) -> bytes:
        """The channel's own key, which its subscribers get with their signature."""
        return hashlib.sha256(channel.encode() + self._master).digest()

    def encrypt(self, channel: str, body: bytes) -> bytes:
        """`body` as the protocol carries it: nonce and ciphertext."""
        nonce = self._chance(_NONCE_BYTES)
        sealed = self._box(self.key(channel)).encrypt(body, nonce).ciphertext
        return msgspec.json.encode({"nonce": _text(nonce), "ciphertext": _text(sealed)})


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


TRIES = 3  # of one request; receivers tell repeats by position, so that repeating does no harm
PAUSE = 0.2  # seconds before the second try, doubled before the third
SKEWED = (
    300  # seconds between two clocks; providers refuse what was signed more than ten minutes ago
)
MOST_CONNECTIONS = 8  # one publication of each view at a time, and questions


class PusherRelay:
    """One app of one provider. Enter it as a context; leaving closes its connections. `master` is needed for encrypted channels alone."""

    def __init__(
        self,
        address: PusherConfig,
        clock: Clock,
        master: bytes = b"",
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        self._address = address
        self._clock = clock
        self._seal = ChannelEncryption(master) if address.encrypted else None
        self._transport = transport
        self._opened: httpx.AsyncClient | None = None
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
        if self._opened is not None:
            await self._opened.aclose()

    async def publish(self, messages: Sequence[Message]) -> int:
        """Publishes in order, at most `batch` messages a request."""
        size = self._address.batch
        for start in range(0, len(messages), size):
            some = [self._encode(message) for message in messages[start : start + size]]
            await self._request("POST", "batch_events", msgspec.json.encode({"batch": some}))
        return len(messages)

    def authorise(self, channel: str, socket_id: str) -> dict[str, str]:
        """Raises `Problem("invalid")` for what can be no socket or no private channel."""
        if not (
            SOCKET_ID.fullmatch(socket_id)
            and CHANNEL.fullmatch(channel)
            and channel.startswith(self.limits.prefix)
        ):
            raise Problem(
                "invalid",
                "That cannot be subscribed to",
                "",
                "Send the socket's id and the channel's name as pusher-js gives them",
            )
        answer = {
            "auth": sign_subscription(
                self._address.key, self._address.secret.reveal(), socket_id, channel
            )
        }
        if self._seal is not None:
            answer["shared_secret"] = base64.b64encode(self._seal.key(channel)).decode()
        return answer

    def verify_webhook(self, key: str, signature: str, body: bytes) -> frozenset[str] | None:
        """As the provider's webhooks are signed: with the app's own key and secret."""
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
        """As the provider counts them; with some providers counting must be switched on."""
        answer = await self._request(
            "GET", f"channels/{channel}", b"", {"info": "subscription_count"}
        )
        try:
            found: dict[str, Any] = msgspec.json.decode(answer, type=dict[str, Any])
        except msgspec.DecodeError:
            raise _refused("its answer cannot be read") from None
        if not found.get("occupied", True):
            return 0
        count = found.get("subscription_count")
        return count if isinstance(count, int) else None

    def _encode(self, message: Message) -> dict[str, str]:
        body = (
            message.body
            if self._seal is None
            else self._seal.encrypt(message.channel, message.body)
        )
        return {"channel": message.channel, "name": message.name, "data": body.decode()}

    async def _request(
        self, method: str, what: str, body: bytes, params: dict[str, str] | None = None
    ) -> bytes:
        """One request, repeated where that may help; also where the provider's clock is another than ours."""
        import httpx

        path = f"/apps/{self._address.app_id}/{what}"
        why = ""
        for number in range(TRIES):
            if number:
                await self._clock.sleep(PAUSE * 2 ** (number - 1))
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
        raise _refused(why)

    def _client(self) -> "httpx.AsyncClient":
        """Made when first needed: the library takes 60 ms that a request which publishes nothing should not wait for."""
        if self._opened is None:
            import httpx

            self._opened = httpx.AsyncClient(
                base_url=self._address.api,
                timeout=self._address.timeout,
                limits=httpx.Limits(max_connections=MOST_CONNECTIONS, keepalive_expiry=60),
                transport=self._transport,
                trust_env=False,  # what a proxy sees is the provider's to see; a proxy of the environment is nobody's choice here
            )
        return self._opened

    def _adjust_clock_skew(self, answer: "httpx.Response", at: int) -> bool:
        """Goes by the provider's clock from here on, where that is so far from ours that it refuses what we sign."""
        try:
            theirs = int(parsedate_to_datetime(answer.headers.get("date", "")).timestamp())
        except (ValueError, OverflowError):
            return False
        if abs(theirs - at) < SKEWED:
            return False
        self._skew = (
            theirs - self._clock.now() // 1000
        )  # not added up: requests that are refused together set it together
        return True


def _status(answer: "httpx.Response") -> int:
    """The status as meant: soketi answers refusals with 200, and writes the status into the body."""
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


def _refused(why: str) -> Problem:
    return Problem(
        "unavailable",
        "The provider does not take messages",
        why,
        "Frames come by poll meanwhile",
        retry_after=5,
    )
