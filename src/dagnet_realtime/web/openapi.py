"""The API's own OpenAPI document, made of what the routes offer, so that it says what they do."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.model.problem import STATUS, Code
from dagnet_realtime.web.operation import (
    JSON,
    Guard,
    Operation,
    OperationRoute,
    Parameter,
    ResponseSpec,
)
from dagnet_realtime.web.responses import Refusal, SdkRefusal, json_response

ABOUT = """Where Segment's events come in, and where those who may watch see them on a graph.

Everything but health, the tap, the interface's files and the ways to sign in asks for a person: a key or an access token sent as
`Authorization: Bearer …`, or the cookie of a browser that is signed in, in the mode `local` beside the header `x-realtime-page`. Deliveries
are let in by their source's signature or write key.

What is refused is `application/problem+json` with a code, but in the tracking API, which answers as Segment's own does. What is not there
is 404, another method 405. Before any route a request is refused with 400 that is no HTTP, with 408 whose head comes too slowly, with 431
whose head is too large, and with 503 for which there is no room."""
PROBLEM = "application/problem+json"
ALWAYS: Mapping[Guard, tuple[Code, ...]] = {
    "person": ("unauthorized", "forbidden", "unavailable"),
    "nobody": ("forbidden", "unavailable"),
    "signature": ("unavailable",),
    "write_key": ("unavailable",),
}
"""What every route may answer: who is not signed in, comes by a foreign name or from a foreign page, or finds the server in trouble."""

_SECURITY: Mapping[Guard, Sequence[Mapping[str, Sequence[str]]]] = {
    "person": [{"bearer": []}, {"cookie": []}],
    "nobody": [],
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
DOCUMENT = Operation(
    method="GET",
    path="/api/openapi.json",
    name="openapi",
    tag="Operations",
    title="This document",
    responses={200: ResponseSpec("The routes of this server, in OpenAPI 3.1", dict[str, Any])},
)
DOCUMENT_OPERATIONS = (DOCUMENT,)


def document(offers: Iterable[Operation], version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of `offers`; `version` is the program's."""
    listed = tuple(offers)
    found = [
        type
        for offer in listed
        for type in (
            *offer.request_body.values(),
            *(given.type for given in offer.responses.values()),
        )
        if type
    ]
    found += [asked.type for offer in listed for asked in offer.parameters] + [Refusal, SdkRefusal]
    types = list(dict.fromkeys(found))
    written, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    schemas = dict(zip(types, written, strict=True))
    refusals: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for offer in listed:
        paths.setdefault(offer.path, {})[offer.method.lower()] = _operation(
            offer, schemas, refusals
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "DagNet Realtime",
            "version": version,
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": room} for room in dict.fromkeys(offer.tag for offer in listed)],
        "paths": paths,
        "components": {"schemas": components, "responses": refusals, "securitySchemes": _SCHEMES},
    }


def document_routes(beside: Iterable[Operation], version: str) -> list[OperationRoute]:
    """`/api/openapi.json`, which tells itself and the offers `beside` it; it is made when it is first asked for."""
    made = cache(lambda: json_response(document((*beside, DOCUMENT), version)))

    async def told(_: Request) -> Response:
        return made()

    return [OperationRoute(DOCUMENT, told)]


def _operation(
    offer: Operation, schemas: Mapping[Any, Any], refusals: dict[str, Any]
) -> dict[str, Any]:
    """`refusals` gathers the answers that many operations share."""
    told = {asked.name for asked in offer.parameters}
    plain = [
        Parameter(name, str, "", "path")
        for name in re.findall(r"\{(\w+)\}", offer.path)
        if name not in told
    ]
    operation = {
        "operationId": offer.name,
        "tags": [offer.tag],
        "summary": offer.title,
        "description": offer.about,
        "security": _SECURITY[offer.security],
        "parameters": [_parameter(asked, schemas) for asked in (*plain, *offer.parameters)],
        "responses": {**_given(offer, schemas), **_refused(offer, schemas, refusals)},
    }
    if offer.request_body:
        content = {media: {"schema": schemas[type]} for media, type in offer.request_body.items()}
        operation["requestBody"] = {"required": True, "content": content}
    return {key: value for key, value in operation.items() if value or key == "security"}


def _parameter(asked: Parameter, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    schema = schemas.get(asked.type, {"type": "string"})
    said = {"description": asked.about} if asked.about else {}
    return {
        "name": asked.name,
        "in": asked.where,
        "required": asked.where == "path",
        "schema": schema,
        **said,
    }


def _given(offer: Operation, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    given = {str(status): _response(one, schemas) for status, one in offer.responses.items()}
    if offer.links:
        links = {
            name: {"operationId": name, "parameters": parameters}
            for name, parameters in offer.links.items()
        }
        given[next(iter(given))]["links"] = links
    return given


def _response(given: ResponseSpec, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    response: dict[str, Any] = {"description": given.about}
    if given.type is not None:
        response["content"] = {given.media: {"schema": schemas[given.type]}}
    if given.headers:
        response["headers"] = {
            name: {"description": about, "schema": {"type": "string"}}
            for name, about in given.headers.items()
        }
    return response


def _refused(
    offer: Operation, schemas: Mapping[Any, Any], refusals: dict[str, Any]
) -> dict[str, Any]:
    """The problems by status; where a page may say the same, it is one of two contents."""
    tracking = offer.security == "write_key"
    codes: dict[int, list[Code]] = {}
    for code in dict.fromkeys((*offer.problems, *ALWAYS[offer.security])):
        codes.setdefault(400 if tracking and code == "too_large" else STATUS[code], []).append(code)
    found: dict[str, Any] = {}
    for status, several in sorted(codes.items()):
        name = "_or_".join(several) + ("_sdk" if tracking else "")
        refusals[name] = refusal = _problem(status, several, tracking)
        found[str(status)] = {"$ref": f"#/components/responses/{name}"}
        if status in offer.responses:
            told = _response(offer.responses[status], schemas)
            found[str(status)] = {**told, "content": {**told["content"], **refusal["content"]}}
    return found


def _problem(status: int, codes: Sequence[Code], tracking: bool) -> dict[str, Any]:
    kind, media = (SdkRefusal, JSON) if tracking else (Refusal, PROBLEM)
    said = {"code": {"enum": codes}, **({} if tracking else {"status": {"const": status}})}
    schema = {"allOf": [{"$ref": _REFERENCE.format(name=kind.__name__)}, {"properties": said}]}
    response: dict[str, Any] = {
        "description": ", ".join(codes),
        "content": {media: {"schema": schema}},
    }
    if not _RETRIED.isdisjoint(codes):
        response["headers"] = {
            "retry-after": {
                "description": "Seconds, where trying again helps",
                "schema": {"type": "integer"},
            }
        }
    return response
