"""What one method of one route takes, gives and refuses: one declaration, of which both the router and the API's document are made."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagnet_realtime.model.problem import Code

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Guard = Literal["person", "nobody", "signature", "write_key"]
Endpoint = Callable[[Request], Awaitable[Response]]

JSON, FORM, HTML = "application/json", "application/x-www-form-urlencoded", "text/html"


class Parameter(msgspec.Struct, frozen=True):
    """One parameter beside the body. A part of the path needs no mention unless there is something to say of it."""

    name: str
    type: Any
    about: str
    where: Literal["query", "header", "path"] = "query"


class ResponseSpec(msgspec.Struct, frozen=True):
    """One answer: `type` is what is encoded, None where nothing is; `headers` maps names to what they say."""

    about: str
    type: Any = None
    media: str = JSON
    headers: Mapping[str, str] = {}


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is the operation's id, `room` the heading that it stands under. `takes` maps media types to types of a body.

    `gives` maps statuses to answers that are no problems of ours; `refuses` are codes of problems beyond those that every route of its
    guard may answer with. `leads` maps names of operations to the parameters that the first answer gives them, as runtime expressions.
    """

    method: Method
    path: str
    name: str
    tag: str
    title: str
    about: str = ""
    security: Guard = "person"
    parameters: tuple[Parameter, ...] = ()
    request_body: Mapping[str, Any] = {}
    responses: Mapping[int, ResponseSpec]
    problems: tuple[Code, ...] = ()
    links: Mapping[str, Mapping[str, str]] = {}


class OperationRoute(Route):
    """A route of the framework that is reached exactly as its offer says."""

    def __init__(self, offer: Operation, endpoint: Endpoint) -> None:
        super().__init__(offer.path, endpoint, methods=[offer.method])
        self.operation = offer
