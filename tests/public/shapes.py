"""JSON Schemas and values as lines, one a field, so that a difference names the field."""

import json
import re
from collections.abc import Iterator
from typing import Any

BOUNDS = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minItems",
    "maxItems",
)


UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def fields(
    schema: dict[str, Any], root: dict[str, Any], at: str = "", inside: tuple[str, ...] = ()
) -> Iterator[str]:
    """Lines of a schema; names and descriptions of its definitions are left out, since they cross no wire."""
    if "$ref" in schema:
        ref = schema["$ref"]
        if ref in inside:
            yield f"{at}: as above"
            return
        found: Any = root
        for part in ref.removeprefix("#/").split("/"):
            found = found[part]
        yield from fields(found, root, at, (*inside, ref))
        return
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            for one in sorted(
                schema[choice], key=lambda one: json.dumps(_resolved(one, root), sort_keys=True)
            ):
                yield from fields(one, root, at + _tagged(_resolved(one, root)), inside)
    kind = schema.get("type")
    if "enum" in schema or "const" in schema:
        yield f"{at}: {json.dumps(schema.get('enum', schema.get('const')))}"
    elif kind and kind not in ("object", "array"):
        bounds = " ".join(f"{name}={json.dumps(schema[name])}" for name in BOUNDS if name in schema)
        yield f"{at}: {kind if isinstance(kind, str) else json.dumps(kind)} {bounds}".rstrip()
    required = schema.get("required", ())
    for name, one in sorted(schema.get("properties", {}).items()):
        default = (
            ""
            if "default" not in one or isinstance(one["default"], dict)
            else f" = {json.dumps(one['default'], ensure_ascii=False)}"
        )
        where = f"{at}.{name}" + ("" if name in required else "?")
        if default:
            yield f"{where}{default}"
        yield from fields(one, root, where, inside)
    if kind == "array" and isinstance(schema.get("items"), dict):
        yield from fields(schema["items"], root, f"{at}[]", inside)
    for one in schema.get("prefixItems", ()):
        yield from fields(one, root, f"{at}[]", inside)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from fields(schema["additionalProperties"], root, f"{at}{{}}", inside)
    elif schema.get("additionalProperties") is False:
        yield f"{at}: nothing else"


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    found: Any = schema
    while "$ref" in found:
        at: Any = root
        for part in found["$ref"].removeprefix("#/").split("/"):
            at = at[part]
        found = at
    kept: dict[str, Any] = {
        key: value for key, value in found.items() if key not in ("title", "description", "$defs")
    }
    return kept


def _tagged(schema: dict[str, Any]) -> str:
    """What tells one of several objects apart: the word in its `op`."""
    tag = schema.get("properties", {}).get("op", {})
    return f"({tag.get('const') or tag['enum'][0]})" if tag else ""


def unique(lines: Iterator[str]) -> list[str]:
    """Each line once, in order."""
    return list(dict.fromkeys(lines))


def typed(value: Any) -> Any:
    """A value with its names, and of everything else whether it is text."""
    match value:
        case dict():
            return {re.sub(UUID, "<uuid>", name): typed(one) for name, one in value.items()}
        case list():
            return [*dict.fromkeys(json.dumps(typed(one), sort_keys=True) for one in value)]
        case str():
            return "text"
        case _:
            return "number"
