"""OpenAPI: the declaration of an operation, its route, and the document of all operations.

Each module in `web/routes/` declares its operations beside the functions that answer them:

    FRAMES = Operation(method="GET", path="/api/watch/{id}/frames", operation_id="frames", ...)
    routes = [OperationRoute(FRAMES, poll)]

The router takes method and path from the declaration and the document takes everything else, so
neither can say what the other does not. `web/routes/openapi.py` serves the document.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagnet_realtime.model.problem import STATUS, Code
from dagnet_realtime.web.responses import Refusal, SdkRefusal

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Security = Literal["person", "none", "signature", "write_key"]
Endpoint = Callable[[Request], Awaitable[Response]]

JSON, FORM, HTML = "application/json", "application/x-www-form-urlencoded", "text/html"
PROBLEM = "application/problem+json"


class Parameter(msgspec.Struct, frozen=True):
    """A parameter in the query, the path or a header. `location` is OpenAPI's `in`.

    A path parameter needs a declaration only if it has a type or a description of its own.
    """

    name: str
    type: Any
    description: str
    location: Literal["query", "header", "path"] = "query"


class ResponseSpec(msgspec.Struct, frozen=True):
    """A successful response, or a page that reports an error.

    `type` is the type of the body, None if there is none; `headers` maps names to descriptions.
    """

    description: str
    type: Any = None
    media: str = JSON
    headers: Mapping[str, str] = {}


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one path.

    `request_body` maps media types to the type of the body, `responses` maps statuses to responses
    that are not problems. `problems` lists the codes of problems; those that each operation with
    the same `security` may answer (`COMMON_PROBLEMS`) need no mention. `links` maps operation ids
    to the parameters that the first response provides for them, as OpenAPI runtime expressions.
    `cross_origin` operations are open to pages of the configured origins, by token.
    """

    method: Method
    path: str
    operation_id: str
    tag: str
    summary: str
    description: str = ""
    security: Security = "person"
    parameters: tuple[Parameter, ...] = ()
    request_body: Mapping[str, Any] = {}
    responses: Mapping[int, ResponseSpec]
    problems: tuple[Code, ...] = ()
    links: Mapping[str, Mapping[str, str]] = {}
    cross_origin: bool = False


class OperationRoute(Route):
    """Starlette's route for an operation."""

    def __init__(self, operation: Operation, endpoint: Endpoint) -> None:
        super().__init__(operation.path, endpoint, methods=[operation.method])
        self.operation = operation


COMMON_PROBLEMS: Mapping[Security, tuple[Code, ...]] = {
    "person": ("unauthorized", "forbidden", "unavailable"),
    "none": ("forbidden", "unavailable"),
    "signature": ("unavailable",),
    "write_key": ("unavailable",),
}
"""Problems before a route is reached: not signed in, a foreign Host or Origin, a server fault."""

ABOUT = """Takes Segment's events in, and shows them to authorised viewers on a graph.

Every route requires a signed-in person, except health, the tap, the interface's files and the ways
to sign in. Send a key or an access token as `Authorization: Bearer …`, or the cookie of a browser
that is signed in, in the mode `local` together with the header `x-realtime-page`. Deliveries are
authenticated by their source's signature or write key.

A refusal is `application/problem+json` with a code, except in the tracking API, which responds as
Segment's own does. An unknown path is 404, another method 405. Before any route, a malformed
request is refused with 400, a slow head with 408, a large head with 431, and a connection beyond
the limit with 503."""
_SECURITY: Mapping[Security, Sequence[Mapping[str, Sequence[str]]]] = {
    "person": [{"bearer": []}, {"cookie": []}],
    "none": [],
    "signature": [],
    "write_key": [],
}
_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token, or in the mode `local` the key of the key file",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "dagnet_realtime",
        "description": "Its name varies with the mode and the port",
    },
}
_RETRIED: frozenset[Code] = frozenset({"rate_limited", "unavailable"})
_REFERENCE = "#/components/schemas/{name}"


def document(operations: Iterable[Operation], version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of `operations`; `version` is the program's."""
    operations = tuple(operations)
    types = [type for operation in operations for type in operation.request_body.values()]
    types += [
        response.type
        for operation in operations
        for response in operation.responses.values()
        if response.type
    ]
    types += [parameter.type for operation in operations for parameter in operation.parameters]
    types = list(dict.fromkeys((*types, Refusal, SdkRefusal)))
    encoded, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    schemas = dict(zip(types, encoded, strict=True))
    shared_responses: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = paths.setdefault(operation.path, {})
        path[operation.method.lower()] = _operation_object(operation, schemas, shared_responses)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "DagNet Realtime",
            "version": version,
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(one.tag for one in operations)],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": shared_responses,
            "securitySchemes": _SCHEMES,
        },
    }


def _operation_object(
    operation: Operation, schemas: Mapping[Any, Any], shared_responses: dict[str, Any]
) -> dict[str, Any]:
    """Adds the problem responses that several operations share to `shared_responses`."""
    declared = {parameter.name for parameter in operation.parameters}
    undeclared = [
        Parameter(name, str, "", "path")
        for name in re.findall(r"\{(\w+)\}", operation.path)
        if name not in declared
    ]
    parameters = (*undeclared, *operation.parameters)
    written = {
        "operationId": operation.operation_id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "security": _SECURITY[operation.security],
        "parameters": [_parameter_object(one, schemas) for one in parameters],
        "responses": {
            **_success_responses(operation, schemas),
            **_problem_responses(operation, schemas, shared_responses),
        },
    }
    if operation.request_body:
        content = {
            media: {"schema": schemas[type]} for media, type in operation.request_body.items()
        }
        written["requestBody"] = {"required": True, "content": content}
    return {key: value for key, value in written.items() if value or key == "security"}


def _parameter_object(parameter: Parameter, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    description = {"description": parameter.description} if parameter.description else {}
    return {
        "name": parameter.name,
        "in": parameter.location,
        "required": parameter.location == "path",
        "schema": schemas.get(parameter.type, {"type": "string"}),
        **description,
    }


def _success_responses(operation: Operation, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    responses = {
        str(status): _response_object(response, schemas)
        for status, response in operation.responses.items()
    }
    if operation.links:
        first = next(iter(responses.values()))
        first["links"] = {
            operation_id: {"operationId": operation_id, "parameters": parameters}
            for operation_id, parameters in operation.links.items()
        }
    return responses


def _response_object(response: ResponseSpec, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    written: dict[str, Any] = {"description": response.description}
    if response.type is not None:
        written["content"] = {response.media: {"schema": schemas[response.type]}}
    if response.headers:
        written["headers"] = {
            name: {"description": description, "schema": {"type": "string"}}
            for name, description in response.headers.items()
        }
    return written


def _problem_responses(
    operation: Operation, schemas: Mapping[Any, Any], shared_responses: dict[str, Any]
) -> dict[str, Any]:
    """References to the problem responses, by status.

    If the operation has a page for the same status, the response has both media types.
    """
    tracking = operation.security == "write_key"
    by_status: dict[int, list[Code]] = {}
    for code in dict.fromkeys((*operation.problems, *COMMON_PROBLEMS[operation.security])):
        status = 400 if tracking and code == "too_large" else STATUS[code]
        by_status.setdefault(status, []).append(code)
    responses: dict[str, Any] = {}
    for status, codes in sorted(by_status.items()):
        name = "_or_".join(codes) + ("_sdk" if tracking else "")
        shared_responses[name] = problem = _problem_object(status, codes, tracking)
        responses[str(status)] = {"$ref": f"#/components/responses/{name}"}
        if status in operation.responses:
            page = _response_object(operation.responses[status], schemas)
            content = {**page["content"], **problem["content"]}
            responses[str(status)] = {**page, "content": content}
    return responses


def _problem_object(status: int, codes: Sequence[Code], tracking: bool) -> dict[str, Any]:
    type, media = (SdkRefusal, JSON) if tracking else (Refusal, PROBLEM)
    properties = {"code": {"enum": codes}, **({} if tracking else {"status": {"const": status}})}
    schema = {
        "allOf": [{"$ref": _REFERENCE.format(name=type.__name__)}, {"properties": properties}]
    }
    written: dict[str, Any] = {
        "description": ", ".join(codes),
        "content": {media: {"schema": schema}},
    }
    if not _RETRIED.isdisjoint(codes):
        written["headers"] = {
            "retry-after": {
                "description": "Seconds to wait before a retry, if one can help",
                "schema": {"type": "integer"},
            }
        }
    return written
