"""Sends messages as Segment does: signed webhook deliveries or tracking calls, with its retries."""

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import msgspec

from dagnet_realtime.core.simulation import to_sdk_shape
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.protocol import SIGNATURE_HEADER

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 6
TIMEOUT = 10.0  # seconds, as Segment's Actions destinations

MAX_WAIT = 30.0  # seconds between two attempts, even if `Retry-After` is longer


class DeliveryResult(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a delivery. `status` 0: no answer; `reason` is one sentence if it failed."""

    status: int
    attempts: int
    reason: str = ""

    @property
    def taken(self) -> bool:
        """Whether the receiver accepted it."""
        return 200 <= self.status < 300


class Sender:
    """Posts to one URL: under `/v1/` as Segment's tracking API, else as a webhook.

    A batch is signed over its first element, as Segment does. `async with` owns the connections.
    """

    def __init__(
        self,
        url: str,
        *,
        secret: Secret | None = None,
        write_key: Secret | None = None,
        chance: Random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        attempts: int = ATTEMPTS,
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        self._url = url
        self._tracking = urlsplit(url).path.startswith("/v1")
        self._secret = secret
        self._write_key = write_key
        self._chance = chance
        self._sleep = sleep
        self._attempts = attempts
        import httpx  # takes 0.2 s, which a start of the server should not wait for

        limits = httpx.Limits(max_connections=32, max_keepalive_connections=32)
        self._client = httpx.AsyncClient(
            transport=transport, timeout=TIMEOUT, limits=limits, trust_env=False
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(
        self, messages: Sequence[dict[str, Any]], *, batched: bool = False
    ) -> DeliveryResult:
        """Delivers one message, or several as a batch, with retries; returns the final outcome."""
        url, body, headers = self._request(messages, batched=batched or len(messages) > 1)
        import httpx

        answer = DeliveryResult(status=0, attempts=0)
        for attempt in range(1, self._attempts + 1):
            wait = min(MAX_WAIT, 0.25 * 2**attempt) * self._chance.uniform(0.5, 1.0)
            try:
                response = await self._client.post(url, content=body, headers=headers)
            except httpx.HTTPError as error:
                answer = DeliveryResult(
                    status=0,
                    attempts=attempt,
                    reason=f"No answer from {url}: {describe_failure(error)}",
                )
            else:
                answer = DeliveryResult(
                    status=response.status_code, attempts=attempt, reason=_reason(response)
                )
                if answer.taken or not is_retryable(response.status_code):
                    return answer
                wait = _retry_after(response.headers.get("retry-after"), wait)
            if attempt < self._attempts:
                await self._sleep(wait)
        return answer

    def _request(
        self, messages: Sequence[dict[str, Any]], *, batched: bool
    ) -> tuple[str, bytes, dict[str, str]]:
        if self._tracking:
            return self._tracked(messages)
        encoded = [msgspec.json.encode(message) for message in messages]
        headers = {
            "content-type": "application/json",
            "user-agent": "Segment (Actions)" if batched else "Segment.io/1.0",
        }
        if self._secret is not None:
            headers[SIGNATURE_HEADER] = hmac.new(
                self._secret.reveal(), encoded[0], hashlib.sha1
            ).hexdigest()
        return self._url, b"[" + b",".join(encoded) + b"]" if batched else encoded[0], headers

    def _tracked(self, messages: Sequence[dict[str, Any]]) -> tuple[str, bytes, dict[str, str]]:
        parts = urlsplit(self._url)
        own = [to_sdk_shape(message) for message in messages]
        envelope: dict[str, Any] = {"batch": own}
        if sent := own[-1].get("sentAt"):
            envelope["sentAt"] = sent
        if self._write_key is not None:
            envelope["writeKey"] = self._write_key.reveal().decode()
        url = parts._replace(path="/v1/batch", query="").geturl()
        return url, msgspec.json.encode(envelope), {"content-type": "application/json"}


def is_retryable(status: int) -> bool:
    """Whether Segment retries a delivery answered with this status."""
    return status in (408, 423, 429) or (status >= 500 and status != 501)


def describe_failure(error: "httpx.HTTPError") -> str:
    """A short description of why there was no answer."""
    import httpx

    if isinstance(error, httpx.ConnectError):
        return "nothing can be reached there"
    return (
        "it timed out"
        if isinstance(error, httpx.TimeoutException)
        else f"the connection broke ({type(error).__name__})"
    )


def _retry_after(header: str | None, otherwise: float) -> float:
    try:
        return min(MAX_WAIT, max(0.0, float(header))) if header else otherwise
    except ValueError:
        return otherwise


def _reason(response: "httpx.Response") -> str:
    """The receiver's own explanation, in one line."""
    if response.status_code < 300:
        return ""
    try:
        told = msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        told = None
    words = (
        [str(told[key]) for key in ("title", "detail", "remedy", "message") if told.get(key)]
        if isinstance(told, dict)
        else []
    )
    return " ".join(
        (
            f"Answered {response.status_code}",
            "— " + ". ".join(word.rstrip(".") for word in words) if words else "",
        )
    ).strip()[:300]
