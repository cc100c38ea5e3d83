"""Generates TypeScript from Python: wire types, the protocol's names and numbers, personal words.

`python tools/wire_types.py` rewrites `wire.gen.ts` and `wireChecks.gen.ts` in `web/engine/src`,
and `web/tap/src/personalWords.gen.ts`; `--check` exits 1 if one of them is stale.
Names of `model/protocol.py` that end in `_SECONDS` are exported in milliseconds, as `_MS`.
"""

import ast
import json
import sys
from itertools import pairwise
from pathlib import Path

import wire_checks
from msgspec import inspect

from dagnet_realtime.core import redaction
from dagnet_realtime.model import frame, graph, protocol

WEB = Path(__file__).parent.parent / "web"
HEAD = "// Generated from the Python values by tools/wire_types.py; do not edit.\n\n"
ROOTS: tuple[object, ...] = (frame.Frame, graph.Graph, frame.SessionLogHeader, frame.TapLine)
CONSTANTS = (
    "PAGE_HEADER",
    "PROTOCOL",
    "HEARTBEAT_SECONDS",
    "STALE_SECONDS",
    "POLL_SECONDS",
    "RELAY_STALE_SECONDS",
    "RELAY_CHECK_SECONDS",
    "FUNCTION_CHANNEL_SECONDS",
    "FUNCTION_CHANNEL_OVERLAP_SECONDS",
    "FUNCTION_CHECK_SECONDS",
    "FUNCTION_LOST_SECONDS",
)
"""Of `model/protocol.py`, those that the browser uses."""


def typescript() -> str:
    """The whole module as text."""
    seen: dict[str, str] = {}
    for info in inspect.multi_type_info(ROOTS):
        _name(info, seen)
    unions = "export type Frame = " + " | ".join(t.__name__ for t in frame.Frame.__args__) + ";\n"
    return HEAD + _constants() + "\n".join(seen.values()) + "\n" + unions


def _constants() -> str:
    """The constants, each with its docstring: the string that follows its assignment."""
    body = ast.parse(Path(protocol.__file__).read_text()).body
    docstrings = {
        name.targets[0].id: doc.value.value
        for name, doc in pairwise(body)
        if isinstance(name, ast.Assign)
        and isinstance(name.targets[0], ast.Name)
        and isinstance(doc, ast.Expr)
        and isinstance(doc.value, ast.Constant)
        and isinstance(doc.value.value, str)
    }
    lines = []
    for name in CONSTANTS:
        value = getattr(protocol, name)
        exported = name
        if name.endswith("_SECONDS"):
            exported, value = name.removesuffix("_SECONDS") + "_MS", round(value * 1000)
        lines.append(
            f"/** {docstrings[name].replace('_SECONDS', '_MS')} */\n"
            f"export const {exported} = {json.dumps(value)};\n"
        )
    return "".join(lines) + "\n"


def personal_words() -> str:
    """The word lists of redaction as a module; words that a stem or a pair covers are left out."""
    stems, pairs = redaction.STEMS, redaction.PAIRS

    def without_stems(words: frozenset[str]) -> list[str]:
        return sorted(word for word in words if not any(stem in word for stem in stems))

    lists = (
        (
            "A name with one of these words, or of the pairs or stems below, is personal.",
            "WORDS",
            without_stems(redaction.WORDS - pairs),
        ),
        (
            "Two words that are personal if adjacent or written as one.",
            "PAIRS",
            without_stems(pairs),
        ),
        ("Personal anywhere in a name, even inside a longer word.", "STEMS", stems),
        (
            "`name` is personal as the first word of a name, and after one of these.",
            "NAMED",
            sorted(redaction.NAMED),
        ),
    )
    return HEAD + "".join(
        f"/** {doc} */\nexport const {name} = {json.dumps(' '.join(words))};\n"
        for doc, name, words in lists
    )


def _name(info: inspect.Type, seen: dict[str, str]) -> str:
    match info:
        case inspect.StructType():
            if info.cls.__name__ not in seen:
                seen[info.cls.__name__] = ""
                seen[info.cls.__name__] = _interface(info, seen)
            return info.cls.__name__
        case inspect.StrType():
            return "string"
        case inspect.IntType() | inspect.FloatType():
            return "number"
        case inspect.BoolType():
            return "boolean"
        case inspect.NoneType():
            return "null"
        case inspect.AnyType():
            return "unknown"
        case inspect.LiteralType():
            return " | ".join(f'"{value}"' for value in sorted(map(str, info.values)))
        case inspect.VarTupleType() | inspect.ListType() | inspect.FrozenSetType():
            inner = _name(info.item_type, seen)
            return f"readonly ({inner})[]" if "|" in inner else f"readonly {inner}[]"
        case inspect.DictType():
            return f"Readonly<Record<{_name(info.key_type, seen)}, {_name(info.value_type, seen)}>>"
        case inspect.UnionType():
            return " | ".join(sorted({_name(member, seen) for member in info.types}))
        case _:
            raise TypeError(f"no TypeScript for {info}")


def _interface(info: inspect.StructType, seen: dict[str, str]) -> str:
    lines = [f"/** {_first_sentence(info.cls)} */", f"export interface {info.cls.__name__} {{"]
    if info.tag is not None:
        lines.append(f'  readonly {info.tag_field}: "{info.tag}";')
    lines += [
        f"  readonly {field.encode_name}{_mark(field)}: {_name(field.type, seen)};"
        for field in info.fields
    ]
    return "\n".join([*lines, "}", ""])


def _mark(field: inspect.Field) -> str:
    """`?` if the field may be missing on the wire."""
    without = field.default is inspect.NODEFAULT and field.default_factory is inspect.NODEFAULT
    return "?" if without and not field.required else ""


def _first_sentence(cls: type) -> str:
    return " ".join((cls.__doc__ or cls.__name__).split("\n\n")[0].split())


def main() -> int:
    """Writes or checks the files; returns the exit code."""
    files = {
        WEB / "engine/src/wire.gen.ts": typescript(),
        WEB / "engine/src/wireChecks.gen.ts": HEAD + wire_checks.checks(),
        WEB / "tap/src/personalWords.gen.ts": personal_words(),
    }
    if "--check" in sys.argv[1:]:
        fresh = all(path.exists() and path.read_text() == text for path, text in files.items())
        sys.stdout.write(
            "wire types are fresh\n" if fresh else "wire types are stale: run `make generate`\n"
        )
        return 0 if fresh else 1
    for path, text in files.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
