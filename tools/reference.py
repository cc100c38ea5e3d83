"""Writes the reference pages that the program itself knows best.

docs/reference/configuration.md comes from the tables that the program reads, docs/reference/api.md
from its OpenAPI document, docs/reference/constants.md from `model/protocol.py`.
`python tools/reference.py` rewrites them; `--check` exits 1 if one is stale.
"""

import ast
import itertools
import re
import sys
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from dagnet_realtime.config.file import IDENTIFIER, INDIRECTLY, SECTIONS
from dagnet_realtime.model import protocol
from dagnet_realtime.model.problem import STATUS
from dagnet_realtime.web.openapi import document
from dagnet_realtime.web.routes.openapi import ALL_OPERATIONS

ROOT = Path(__file__).parent.parent

HEAD = """<!-- Written by tools/reference.py from src/dagnet_realtime/config/file.py; \
`make generate` writes it anew. -->

# Configuration

`dagnet-realtime serve` reads `realtime.toml` in the current folder, or the file that `--config` or
`DAGNET_REALTIME_CONFIG` names. Variables override the file, flags override variables.
`serve --workspace DIR` needs no file. Unknown keys are errors.

Keys stand with their defaults, which show what they take: `""` a text, `[]` an array of texts,
`"15m"` a duration (`"1.5h"`, `"30d"`). An id is 1 to 128 letters, digits, dots, dashes or
underscores. A *secret* is the value, or names a variable (`env:NAME`) or a file (`file:PATH`), and
appears in no log or message.

```toml
[server]
port = 8765

[[workspace]]
id   = "acme-main"
env  = "prod"
path = "./acme"
properties = ["checkout_*"]

[[workspace.source]]
id = "web"
secrets = ["env:SEGMENT_SECRET"]
```

"""

TAIL = """## Variables

- `DAGNET_REALTIME_CONFIG`: the file to read
- `DAGNET_REALTIME_STATE_DIR`: the folder where a running server leaves its address and its keys
- `DAGNET_REALTIME_PORT`, `…_HOST`, `…_LOG`, `…_PUBLIC_URL`: the keys of `[server]`
- `DAGNET_REALTIME_ACCESS_MODE`, `…_ACCESS_TOKENS`: the keys of `[access]`
- `DAGNET_REALTIME_WORKSPACE_1_SAMPLE` …: any key of the first `[[workspace]]`
- `DAGNET_REALTIME_WORKSPACE_1_SOURCE_2_ID` …: any key of its second `[[workspace.source]]`

Arrays are separated by commas. A variable with this prefix that names no key is an error.
"""


def page() -> str:
    """The whole page as text."""
    return HEAD + "\n".join(_section(name, kind) for name, kind in SECTIONS) + "\n" + TAIL


def _section(name: str, kind: type[msgspec.Struct]) -> str:
    title = f"[[{name}]]" if name.startswith("workspace") or name == "access.grant" else f"[{name}]"
    lines = [
        f"## `{title}`",
        "",
        _sentence(kind),
        "",
    ]
    lines += [
        _item(field)
        for field in msgspec.structs.fields(kind)
        if field.name not in ("source", "grant")
    ]
    return "\n".join([*lines, ""])


def _sentence(kind: type[msgspec.Struct]) -> str:
    text = (kind.__doc__ or "").split(": ", 1)[-1]
    return text[:1].upper() + text[1:]


def _item(field: Any) -> str:
    info = inspect.type_info(field.type)
    assert isinstance(info, inspect.Metadata)
    text = (info.extra_json_schema or {})["description"].removesuffix(INDIRECTLY)
    text = re.sub(r"\(docs/(how-to/[a-z-]+\.md)\)", r"([how](../\1))", text)
    name = field.encode_name
    key = f"`{name}` (required)" if field.required else f"`{name} = {_toml(field.default)}`"
    secret = " *Secret.*" if (info.extra or {}).get("secret") else ""
    return f"- {key}. {text}{_takes(info, text)}{secret}"


def _takes(info: inspect.Type, text: str) -> str:
    """What a field accepts, if neither its default nor its description shows it."""
    while isinstance(info, inspect.Metadata):
        info = info.type
    match info:
        case inspect.LiteralType(values=values) if any(
            f"`{value}`" not in text for value in values
        ):
            return " One of " + ", ".join(f"`{value}`" for value in sorted(map(str, values))) + "."
        case inspect.StrType(pattern=pattern) if pattern == IDENTIFIER:
            return " An id."
        case inspect.IntType(ge=least, le=most) | inspect.FloatType(ge=least, le=most) if (
            most is not None
        ):
            return f" {least:g} to {most:g}."
        case _:
            return ""


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case tuple():
            return "[" + ", ".join(_toml(item) for item in value) + "]"
        case _:
            return str(value)


API_HEAD = """<!-- Written by tools/reference.py; `make generate` writes it anew. -->

# API

Parameters, bodies and responses of every route are in an OpenAPI 3.1 document: `/api/openapi.json`
of a running server, or `dagnet-realtime schema openapi`.

## Who may ask

- Programs send `Authorization: Bearer …` with an access token (`dagnet-realtime token create`), or
  in the mode `local` the key of the key file.
- Browsers send the cookie of their sign-in, in the mode `local` also the header `x-realtime-page`.
- Pages of another origin send `Authorization: Bearer …` with a
  [viewer token](../how-to/another-origin.md).
- Sources send their signature or write key.

What a person may not watch is answered as if it did not exist.

## Watch with curl

```sh
api=https://realtime.example.com/api
auth="Authorization: Bearer $TOKEN"
curl -H "$auth" -H 'Content-Type: application/json' \\
  -d '{"workspace": "acme-main", "env": "prod", "graph": "checkout"}' $api/watch
curl -H "$auth" "$api/watch/SESSION/frames?after=POSITION&wait=25"
curl -H "$auth" -N "$api/watch/SESSION/stream?after=POSITION"
curl -H "$auth" -X DELETE $api/watch/SESSION
```

The first answers with `watch_session_id` (SESSION) and `position` (POSITION). The second polls for
[frames](frames.md): ask again with the position that it gives. The third streams them; the last is
Off.

"""

API_TAIL = """## Refusals

A refusal is `application/problem+json` with `code`, `status`, `title`, `detail` (what was found)
and `remedy` (what to do); from the tracking API `{"success": false, "code", "message"}`, with 400
for a body that is too large.

Try again after `Retry-After` if the code is `rate_limited` or `unavailable`, else not.

"""

OPEN = {"Deliveries": "a source", "Tracking API": "a source"}
WHO = {"a source": "sources", "signed in": "everyone signed in", "anyone": "anyone"}


def api() -> str:
    """The page of routes as text. Routes that do the same share an item."""
    tags: dict[str, dict[tuple[str, str], list[str]]] = {}
    for path, methods in document(ALL_OPERATIONS, "")["paths"].items():
        for method, operation in methods.items():
            (tag,) = operation["tags"]
            who = "signed in" if operation["security"] else OPEN.get(tag, "anyone")
            summary = re.sub(r" of the type \w+", "", operation["summary"])
            item = tags.setdefault(tag, {}).setdefault((summary, who), [])
            item.append(f"`{method.upper()} {path}`")
    text = API_HEAD
    for tag, rows in tags.items():
        of_all = {who for _, who in rows}
        mixed = len(of_all) > 1
        text += f"## {tag}\n\n"
        text += "" if mixed else f"For {WHO[of_all.pop()]}.\n\n"
        for (summary, who), routes in rows.items():
            text += f"- {_routes(routes)}. {summary}{f' ({who})' if mixed else ''}\n"
        text += "\n"
    text += API_TAIL
    return text + "".join(f"- `{code}`: {status}\n" for code, status in STATUS.items())


def _routes(routes: list[str]) -> str:
    """Routes of one item; a method that they share stands once."""
    methods = {route.split()[0] for route in routes}
    same = len(methods) == 1
    return ", ".join(
        route if number == 0 or not same else "`" + route.split()[1]
        for number, route in enumerate(routes)
    )


CONSTANTS_HEAD = """<!-- Written by tools/reference.py; `make generate` writes it anew. -->

# Constants

Names and numbers that server and browser must agree on, from `model/protocol.py`; none is
[configurable](configuration.md).

"""


def constants() -> str:
    """The page of protocol constants as text: each with its value and its reason."""
    tree = ast.parse(Path(protocol.__file__).read_text())
    text = CONSTANTS_HEAD
    for node, following in itertools.pairwise(tree.body):
        match node, following:
            case (
                ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(reason))),
            ):
                value = getattr(protocol, name)
                unit = " s" if name.endswith("_SECONDS") else ""
                shown = value if isinstance(value, str) else f"{value:,}".removesuffix(".0") + unit
                text += f"## {name}\n\n`{shown}`. {' '.join(reason.split())}\n\n"
    return text.rstrip() + "\n"


PAGES = {
    "docs/reference/configuration.md": page,
    "docs/reference/api.md": api,
    "docs/reference/constants.md": constants,
}


def main() -> int:
    """Writes or checks the pages; returns the exit code."""
    stale = 0
    for name, written in PAGES.items():
        target, text = ROOT / name, written()
        if "--check" not in sys.argv[1:]:
            target.write_text(text)
        elif target.exists() and target.read_text() == text:
            print(f"{name} is fresh")
        else:
            print(f"{name} is stale: run `make generate`")
            stale = 1
    return stale


if __name__ == "__main__":
    raise SystemExit(main())
