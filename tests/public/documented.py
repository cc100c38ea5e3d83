"""What the program says of itself: its API, frames, configuration, commands and exit codes."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.public.command import command, schema
from tests.public.shapes import fields, unique

SAMPLE = Path(__file__).parents[2] / "src/dagnet_realtime/samples/shop"
LAST = "DAGNET_REALTIME_ZZZ_UNKNOWN"
"""A variable that names no key, and that is looked at after every other."""


def routes() -> list[str]:
    """Every method of every path, what it takes and what it answers."""
    return unique(_routes(schema("openapi")))


def _routes(document: dict[str, Any]) -> Iterator[str]:
    for path, methods in sorted(document["paths"].items()):
        for method, told in sorted(methods.items()):
            here = f"{method.upper()} {path}"
            ways = sorted(way for one in told.get("security", ()) for way in one)
            yield f"{here} operation={told['operationId']} tags={','.join(told['tags'])} security={','.join(ways) or '-'}"
            for one in told.get("parameters", ()):
                given = _at(document, one)
                yield from fields(
                    given["schema"],
                    document,
                    f"{here} {given['in']} {given['name']}"
                    + ("" if given.get("required") else "?"),
                )
            body = _at(document, told.get("requestBody", {})).get("content", {})
            for kind, content in sorted(body.items()):
                yield f"{here} takes {kind}"
                yield from (
                    f"{here} takes{line}" for line in fields(content.get("schema", {}), document)
                )
            for status, one in sorted(told["responses"].items()):
                answer = _at(document, one)
                problem = one.get("$ref", "").rpartition("/")[2]
                kinds = ",".join(sorted(answer.get("content", {}))) or "-"
                yield f"{here} {status} {problem or kinds} headers={','.join(sorted(answer.get('headers', {}))) or '-'}"
                if not problem:
                    for content in answer.get("content", {}).values():
                        yield from (
                            f"{here} {status}{line}"
                            for line in fields(content.get("schema", {}), document)
                        )


def _at(document: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    found: Any = document
    if "$ref" not in one:
        return one
    for part in one["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    kept: dict[str, Any] = found
    return kept


def problems() -> list[str]:
    """The body of a refusal, by the name of each."""
    document = schema("openapi")
    found: list[str] = []
    for name, answer in sorted(document["components"]["responses"].items()):
        for kind, content in answer.get("content", {}).items():
            found += [f"{name} {kind}{line}" for line in fields(content["schema"], document)]
        found += [f"{name} header {header}" for header in sorted(answer.get("headers", {}))]
    return unique(iter(found))


def components() -> list[str]:
    """The names that generators of API clients give to types."""
    return sorted(schema("openapi")["components"]["schemas"])


def frames() -> list[str]:
    """Every field of every frame."""
    document = schema("frames")
    return unique(fields(document, document))


def session_log() -> list[str]:
    """Every field of every line of a session log."""
    document = schema("session_log")
    return unique(fields(document, document))


def configuration() -> list[str]:
    """Every key with its type and default, and its variable."""
    document = schema("configuration")
    return [*unique(fields(document, document)), *_variables()]


def _variables() -> list[str]:
    """Variables that the program accepts: the first that it does not know is the one it names."""
    document = schema("configuration")
    names: dict[str, str] = {}
    for line in fields(document, document):
        key = re.match(
            r"\.(server|access|workspace)\??(\[\])?\.(source\?\[\]\.)?(\w+)\?? ?[=:]", line
        )
        if key is None:
            continue
        table, _, source, name = key.groups()
        places = {
            "server": ("", "SERVER_"),
            "access": ("ACCESS_",),
            "workspace": ("WORKSPACE_1_SOURCE_2_" if source else "WORKSPACE_1_",),
        }
        names.update({f"DAGNET_REALTIME_{prefix}{name.upper()}": "1" for prefix in places[table]})
    with tempfile.TemporaryDirectory() as folder:
        while names:
            ran = command(
                "serve", environ={**names, LAST: "1", "DAGNET_REALTIME_CONFIG": _file(folder)}
            )
            refused = re.search(r"The variable (\w+) names no key", ran.err)
            assert refused, ran
            if refused[1] == LAST:
                break
            del names[refused[1]]
    return list(names)


def _file(folder: str) -> str:
    path = Path(folder) / "realtime.toml"
    path.write_text(f'[[workspace]]\nid = "shop"\nenv = "test"\npath = "{SAMPLE}"\n')
    return str(path)


def commands() -> list[str]:
    """Every command with its arguments and flags."""
    found = []
    for words in ((), *_words(())):
        ran = command(*words, "--help")
        assert ran.code == 0, ran
        here = " ".join(("dagnet-realtime", *words))
        part = ""
        for line in ran.out.splitlines():
            if re.match(r"\w+:$", line):
                part = line
            taken = re.match(r"  (\S.*?)(?:  +\S.*)?$", line)
            if part and part != "Commands:" and taken and not taken[1].startswith("[default"):
                found.append(f"{here} {part.rstrip('s:').lower()} {taken[1]}")
        usage = re.search(
            r"^Usage: .*?dagnet-realtime (.*)", " ".join(ran.out.partition("\n\n")[0].split())
        )
        assert usage, ran
        found.append(f"dagnet-realtime {usage[1]}")
    return found


def _words(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    ran = command(*words, "--help")
    listed = ran.out.partition("\nCommands:\n")[2]
    for name in re.findall(r"^  (\w+) ", listed, re.MULTILINE):
        yield (*words, name)
        yield from _words((*words, name))


EXITS: tuple[tuple[str, ...], ...] = (
    ("--version",),
    ("--help",),
    ("no-such-command",),
    ("serve", "--no-such-flag"),
    ("serve", "--workers", "0"),
    ("serve", "--config", "/nonexistent/realtime.toml"),
    ("serve", "--workspace", "SAMPLE", "--workers", "2"),
    ("serve", "--workspace", "SAMPLE", "--host", "0.0.0.0"),
    ("check", "SAMPLE"),
    ("check", "/nonexistent"),
    ("send", "/nonexistent.json"),
    ("simulate", "--rate", "-1"),
    ("simulate", "--url", "http://127.0.0.1:9"),
    ("tail", "--url", "http://127.0.0.1:9"),
    ("tail", "/nonexistent.ndjson"),
    ("link", "--url", "http://127.0.0.1:9"),
    ("token", "list", "--file", "/nonexistent/tokens.json"),
    ("token", "revoke", "unknown"),
    ("function", "--workspace", "shop/test", "--config", "/nonexistent/realtime.toml"),
    ("ui",),
    ("schema", "frames"),
    ("schema", "unknown"),
)


def exit_codes() -> list[str]:
    """Exit codes of commands that end by themselves: 0 ok, 1 a problem, 2 usage."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for words in EXITS:
            ran = command(
                *(str(SAMPLE) if word == "SAMPLE" else word for word in words),
                environ={"DAGNET_REALTIME_STATE_DIR": f"{folder}/state"},
            )
            found.append(f"{ran.code} dagnet-realtime {' '.join(words)}")
    return found
