"""The OpenAPI document."""

import json
from typing import Any

import msgspec

from dagnet_realtime.model.problem import STATUS
from dagnet_realtime.web.openapi import document
from dagnet_realtime.web.responses import Refusal
from dagnet_realtime.web.routes.openapi import ALL_OPERATIONS
from tests.web.stage import WebStage

WRITTEN = json.loads(json.dumps(document(ALL_OPERATIONS, "1.2.3")))


def operations() -> list[tuple[str, dict[str, Any]]]:
    """Every path with every operation under it."""
    return [
        (path, operation)
        for path, methods in WRITTEN["paths"].items()
        for operation in methods.values()
    ]


def references(value: object) -> list[str]:
    """Every `$ref`, wherever it stands."""
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for inner in value.values() for found in references(inner)]
    return (
        [found for inner in value for found in references(inner)] if isinstance(value, list) else []
    )


async def test_a_signed_in_program_gets_the_document_of_this_server(stage: WebStage) -> None:
    """API-1: a signed-in program gets the document; a stranger gets 401."""
    answer = await stage.client.get("/api/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert (answer.json()["openapi"], answer.json()["info"]["version"]) == ("3.1.0", "1.2.3")
    assert "/api/openapi.json" in answer.json()["paths"]
    assert (await stage.stranger.get("/api/openapi.json")).status_code == 401


def test_the_document_stands_alone() -> None:
    """API-1: what is referred to is there, and every operation has a name of its own."""
    for reference in references(WRITTEN):
        found = WRITTEN
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names)) == len(ALL_OPERATIONS)
    for _, operation in operations():
        for given in operation["responses"].values():
            assert all(link["operationId"] in names for link in given.get("links", {}).values())


def test_every_part_of_a_path_is_a_parameter() -> None:
    """API-1: whether an offer says something of it or not."""
    for path, operation in operations():
        parts = {
            asked["name"] for asked in operation.get("parameters", []) if asked["in"] == "path"
        }
        assert parts == {part.split("}")[0] for part in path.split("{")[1:]}


def test_refusals_are_described_with_the_codes_of_the_contract() -> None:
    """API-3: each status has its problem's codes; the tracking API answers in Segment's form."""
    for path, operation in operations():
        for status, given in operation["responses"].items():
            if "$ref" not in given:
                continue
            response = WRITTEN["components"]["responses"][given["$ref"].rpartition("/")[2]]
            (media, content), *more = response["content"].items()
            codes = content["schema"]["allOf"][1]["properties"]["code"]["enum"]
            tracking = path.startswith(("/v1/", "/projects/"))
            assert media == ("application/json" if tracking else "application/problem+json")
            assert not more
            assert {
                STATUS[code] if not (tracking and code == "too_large") else 400 for code in codes
            } == {int(status)}
    assert set(WRITTEN["components"]["schemas"]["Refusal"]["required"]) == {
        field.name for field in msgspec.structs.fields(Refusal)
    }


def test_operations_that_need_a_sign_in_say_so() -> None:
    """API-1: such an operation names key, token or cookie, and can answer 401."""
    for path, operation in operations():
        asks = [next(iter(one)) for one in operation["security"]]
        assert asks in ([], ["bearer", "cookie"])
        assert not asks or "401" in operation["responses"], path
