"""ASGI types, and the values that the server and its middlewares leave in `scope["state"]`.

Key of `scope["state"]` | Set by | Value
---|---|---
`request_began_at` | `HttpFraming`, if it has a clock | arrival of the first byte, ms since 1970
`raw_send` | `SecurityHeadersMiddleware` | the server's own `send`, without the middlewares'
`auth_request` | `OriginMiddleware` | the `AuthRequest` that authentication may look at
`person` | `AuthenticationMiddleware` | the `Person` who is signed in; not set on open routes
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagnet_realtime.web.auth.request import AuthRequest, Person

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


ROOT_PATH = "dagnet_realtime.root_path"
"""Key of the scope: what stood before the path where clients sent it; missing for nothing."""


def set_state(scope: Scope, key: str, value: object) -> None:
    """Sets one key of `scope["state"]`; servers that know no state leave that out of the scope."""
    scope.setdefault("state", {})[key] = value


def request_began_at(scope: Scope) -> int | None:
    """When the request's first byte came, in ms since 1970; None if the server does not say."""
    began_at = (scope.get("state") or {}).get("request_began_at")
    return began_at if isinstance(began_at, int) else None


def raw_send(scope: Scope, send: Send) -> Send:
    """The server's own `send`, for messages that no middleware needs to see; else `send`.

    A stream sends twenty parts a second to each of a thousand viewers. The middlewares change only
    the start of a response, so its parts need not pass through them.
    """
    raw: Send = (scope.get("state") or {}).get("raw_send", send)
    return raw


def auth_request_of(scope: Scope) -> "AuthRequest":
    """What authentication looks at in this request."""
    request: AuthRequest = scope["state"]["auth_request"]
    return request


def person_of(scope: Scope) -> "Person":
    """The person who is signed in. Only for routes that `AuthenticationMiddleware` guards."""
    person: Person = scope["state"]["person"]
    return person
