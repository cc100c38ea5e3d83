"""Writes docs/reference/configuration.md from the tables that the program reads.

`python tools/reference.py` rewrites it; `--check` exits 1 if it is stale.
"""

import sys
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from dagnet_realtime.config.file import SECTIONS
from dagnet_realtime.config.tables import expected

TARGET = Path(__file__).parent.parent / "docs/reference/configuration.md"

HEAD = """<!-- Written by tools/reference.py from src/dagnet_realtime/config/file.py; \
`make generate` writes it anew. -->

# Configuration

`dagnet-realtime serve` reads `realtime.toml` in the current folder, \
the file that `--config` names, or the one in `DAGNET_REALTIME_CONFIG`.
Variables override the file, flags override variables. `serve --workspace DIR` needs no file at all.

A wrong file names the line, the key, what was found and what was expected. Unknown keys are errors.

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

TAIL = """## Secrets

A key marked *secret* takes the value itself, `env:NAME` for the variable of that name, \
or `file:PATH` for a file's content without its last
line break. Secrets appear in no log line, no message and no `repr`.

## Variables

| Variable | Sets |
|---|---|
| `DAGNET_REALTIME_CONFIG` | which file is read |
| `DAGNET_REALTIME_STATE_DIR` | the folder where a running server leaves its address and its keys, \
for `tail`, `simulate` and `link` |
| `DAGNET_REALTIME_PORT`, `…_HOST`, `…_LOG`, `…_PUBLIC_URL` | the keys of `[server]` |
| `DAGNET_REALTIME_ACCESS_MODE`, `…_ACCESS_TOKENS` | the keys of `[access]` |
| `DAGNET_REALTIME_WORKSPACE_1_SAMPLE` … | any key of the first `[[workspace]]`; they count from 1 |
| `DAGNET_REALTIME_WORKSPACE_1_SOURCE_2_ID` … | any key of its second `[[workspace.source]]` |

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
        "| Key | Takes | Default | |",
        "|---|---|---|---|",
    ]
    lines += [
        _row(field)
        for field in msgspec.structs.fields(kind)
        if field.name not in ("source", "grant")
    ]
    return "\n".join([*lines, ""])


def _sentence(kind: type[msgspec.Struct]) -> str:
    text = (kind.__doc__ or "").split(": ", 1)[-1]
    return text[:1].upper() + text[1:]


def _row(field: Any) -> str:
    info = inspect.type_info(field.type)
    assert isinstance(info, inspect.Metadata)
    description = (info.extra_json_schema or {})["description"]
    secret = "*secret* " if (info.extra or {}).get("secret") else ""
    default = "**required**" if field.required else f"`{_toml(field.default)}`"
    takes = secret + expected(field.type).replace("|", "/")
    return f"| `{field.encode_name}` | {takes} | {default} | {description} |"


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


def main() -> int:
    """Writes or checks the page; returns the exit code."""
    text = page()
    if "--check" in sys.argv[1:]:
        fresh = TARGET.exists() and TARGET.read_text() == text
        print(
            "docs/reference/configuration.md is fresh"
            if fresh
            else "docs/reference/configuration.md is stale: run `make generate`"
        )
        return 0 if fresh else 1
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
