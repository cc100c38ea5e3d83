"""Reports on a run: for a terminal, as JUnit, JSON and Markdown, and as GitHub shows them.

Names of events come from anybody who has the public write key. The evaluator has taken out of them
what acts on a terminal; each format here escapes what acts in it.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import msgspec

from dagnet_realtime.cli.expect.files import real

MARKS = {"met": "✓", "failed": "✗", "inconclusive": "?", "open": "…"}
SUMMARY_BYTES = 900_000
"""GitHub refuses a step's summary above 1,024 KiB."""

ANNOTATIONS = 9
"""GitHub shows ten annotations of a kind for a step; the last one counts the others."""

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_COMMAND = re.compile(r"##(?=\w*\[)")
_CONTROL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Result(msgspec.Struct, kw_only=True):
    """The verdicts on one file, or on one test's scope.

    `file` is its path from here, "" for a scope; `lines` are those of its items, in their order.
    """

    name: str
    graph: str
    verdict: str
    items: list[dict[str, Any]]
    file: str = ""
    lines: list[int] = []
    coverage: dict[str, Any] | None = None
    near_misses: list[dict[str, Any]] = []
    unmapped: list[dict[str, Any]] = []
    lacks: list[str] = []
    events: int = 0

    def line(self, n: int) -> int:
        """The line of the item at `n`, 1 if none is known."""
        return self.lines[n] if n < len(self.lines) else 1


class Outcome(msgspec.Struct, kw_only=True):
    """A whole run: `started` and `ended` in seconds since 1970, the command's exit `code`.

    `said` are sentences about the run itself.
    """

    results: list[Result]
    started: float
    ended: float
    said: list[str] = []
    code: int = 0

    def count(self, verdict: str, severity: str = "") -> int:
        """How many items have this verdict, of this severity if one is asked for."""
        return sum(
            1
            for result in self.results
            for item in result.items
            if item["verdict"] == verdict and severity in ("", item["severity"])
        )

    def sentence(self) -> str:
        """The run in one line."""
        met, failed = self.count("met"), self.count("failed", "fail")
        warned, unsure = self.count("failed", "warn"), self.count("inconclusive")
        parts = [f"{met} met", f"{failed} failed"]
        parts += [f"{warned} {'warning' if warned == 1 else 'warnings'}"] if warned else []
        parts += [f"{unsure} inconclusive"] if unsure else []
        return ", ".join(parts)


def terminal(outcome: Outcome) -> list[str]:
    """The run as lines, none of which acts on a terminal or is a workflow command."""
    lines: list[str] = []
    for result in outcome.results:
        lines.append(f"expect {result.name}: {result.verdict}, {_events(result.events)}")
        reason = ""
        for item in result.items:
            warns = item["verdict"] != "met" and item["severity"] == "warn"
            mark = "!" if warns else MARKS[item["verdict"]]
            lines.append(f"  {mark} {item['title']}")
            if item["verdict"] != "met":
                # One reason may be that of every expectation, as if no event arrived.
                again = item["text"] == reason and not item["details"]
                lines.append(f"      {'as above' if again else item['text']}")
                reason = item["text"]
                lines += [f"      - {detail}" for detail in item["details"][:20]]
        if result.coverage:
            told = result.coverage
            lines.append(
                f"  {told['nodesLit']}/{told['nodes']} nodes seen, "
                f"{told['edgesLit']} of {told['edges']} edges seen"
            )
    lines += [f"expect {text}" for text in outcome.said]
    lines.append(f"expect {outcome.sentence()}")
    return [_plain(line) for line in lines]


def junit(outcome: Outcome) -> str:
    """JUnit's XML: a suite for each file or scope, a test case for each expectation.

    What is inconclusive is an error.
    """
    every = [item for result in outcome.results for item in result.items]
    taken = outcome.ended - outcome.started
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="dagnet-realtime expect" {_counts(every)} time="{taken:.3f}">',
    ]
    stamp = datetime.fromtimestamp(outcome.started, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for result in outcome.results:
        stem = result.name.rpartition("/")[2].removesuffix(".yaml").removesuffix(".yml")
        classname = quoteattr(_xml(f"dagnet.{result.graph}.{stem}"))
        lines.append(
            f" <testsuite name={quoteattr(_xml(result.name))} {_counts(result.items)}"
            f' time="{taken:.3f}" timestamp="{stamp}">'
        )
        warnings = []
        for n, item in enumerate(result.items):
            where = f" file={quoteattr(_xml(result.file))} line={quoteattr(str(result.line(n)))}"
            head = (
                f"  <testcase classname={classname} name={quoteattr(_xml(item['title']))}"
                f'{where if result.file else ""} time="{_seconds(item, outcome):.3f}"'
            )
            body = _junit_body(item)
            if item["verdict"] == "failed" and item["severity"] == "warn":
                warnings.append(f"{item['title']}: {item['text']}")
            lines.append(f"{head}/>" if body is None else f"{head}>{body}</testcase>")
        if warnings:
            lines.append(f"  <system-out>{escape(_xml(chr(10).join(warnings)))}</system-out>")
        lines.append(" </testsuite>")
    if outcome.said:
        lines.append(f" <system-err>{escape(_xml(chr(10).join(outcome.said)))}</system-err>")
    lines.append("</testsuites>")
    return "\n".join(lines) + "\n"


def as_json(outcome: Outcome) -> str:
    """Everything that is known, as JSON."""
    try:
        return msgspec.json.format(msgspec.json.encode(outcome), indent=2).decode() + "\n"
    except UnicodeEncodeError:  # a file's name that is not UTF-8
        return json.dumps(msgspec.to_builtins(outcome), indent=2) + "\n"


def markdown(outcome: Outcome) -> str:
    """The verdict, what failed and why, coverage, near misses and names that light nothing."""
    lines = [f"### DagNet expectations: {outcome.sentence()}", ""]
    lines += [f"{_cell(text)}\n" for text in outcome.said]
    wrong = [
        (result, item)
        for result in outcome.results
        for item in result.items
        if item["verdict"] != "met"
    ]
    if wrong:
        lines += ["| | Expectation | Why | Nearest |", "|---|---|---|---|"]
        order = {"failed": 0, "inconclusive": 1, "open": 2}
        wrong.sort(key=lambda pair: (pair[1]["severity"] == "warn", order[pair[1]["verdict"]]))
        for result, item in wrong:
            mark = "warning" if item["severity"] == "warn" else item["verdict"]
            nearest = "<br>".join(_cell(detail) for detail in item["details"][:5])
            name = f"{result.name}: {item['title']}"
            lines.append(f"| {mark} | {_cell(name)} | {_cell(item['text'])} | {nearest} |")
        lines.append("")
    for result in outcome.results:
        lines.append(f"**{_cell(result.name)}**: {result.verdict}, {_events(result.events)}")
        if result.coverage:
            told = result.coverage
            dark = (
                f"; not seen: {', '.join(_cell(name) for name in told['dark'][:30])}"
                if told["dark"]
                else ""
            )
            lines.append(
                f"{told['nodesLit']}/{told['nodes']} nodes, "
                f"{told['edgesLit']}/{told['edges']} edges{dark}"
            )
        for title, names in (("Near misses", result.near_misses), ("Unmapped", result.unmapped)):
            if names:
                lines += ["", f"{title}:", ""]
                lines += [
                    f"- {_cell(one['name'])} ({one['count']})"
                    f"{': ' + _cell(one['text']) if one['text'] else ''}"
                    for one in names[:50]
                ]
        lines.append("")
    return "\n".join(lines)


def annotations(outcome: Outcome, root: Path, here: Path) -> list[str]:
    """GitHub's workflow commands: errors first, at most ten of each kind.

    Their places are below `root`.
    """
    commands: dict[str, list[str]] = {"error": [], "warning": []}
    for result in outcome.results:
        for n, item in enumerate(result.items):
            if item["verdict"] not in ("failed", "inconclusive"):
                continue
            kind = "warning" if item["severity"] == "warn" else "error"
            place = _below(here / result.file, root) if result.file else ""
            where = f"file={_property(place)},line={result.line(n)}," if place else ""
            text = "\n".join([item["text"], *item["details"][:5]])
            title = f"{result.name}: {item['title']}"
            commands[kind].append(f"::{kind} {where}title={_property(title)}::{_data(text)}")
    for kind, all in commands.items():
        if len(all) > ANNOTATIONS + 1:
            more = len(all) - ANNOTATIONS
            all[ANNOTATIONS:] = [f"::{kind} title=Expectations::and {more} more: see the summary"]
    return [*commands["error"], *commands["warning"]]


def write(
    outcome: Outcome, wanted: Sequence[str], environ: Mapping[str, str], here: Path
) -> tuple[str, list[str], list[str]]:
    """Writes the reports that were asked for, and GitHub's if this runs there.

    `wanted` are `format=path`, `-` for standard output. Returns the text for standard output ("" if
    none goes there), annotations, and a sentence for each report that could not be written.
    """
    formats = {"junit": junit, "json": as_json, "md": markdown}
    printed = ""
    commands: list[str] = []
    unwritten: list[str] = []

    def attempt(path: str, put: Callable[[Path], object]) -> None:
        try:
            put(Path(path).expanduser())
        except (OSError, ValueError, RuntimeError) as error:
            # ValueError: a null byte in the path. RuntimeError: `~name` of no user.
            reason = getattr(error, "strerror", None) or type(error).__name__
            unwritten.append(f"expect The report {path} cannot be written: {reason}.")

    for one in wanted:
        name, _, path = one.partition("=")
        text = formats[name](outcome)
        if path == "-":
            printed = _inert(text.rstrip("\n"), name) + "\n"
            continue
        attempt(path, partial(_put, text))
    if environ.get("GITHUB_ACTIONS") == "true":
        root = Path(environ.get("GITHUB_WORKSPACE") or here)
        commands = annotations(outcome, root, here)
        if summary := environ.get("GITHUB_STEP_SUMMARY"):
            attempt(summary, partial(_add, _cut(markdown(outcome))))
    return printed, commands, unwritten


def _inert(text: str, format: str) -> str:
    """A report of the same content that holds no `##` of a command, and no line that begins as one.

    Markdown escapes `#` by itself.
    """
    if format == "json":
        return _COMMAND.sub(r"#\\u0023", text)
    text = _COMMAND.sub("#&#35;", text)
    return re.sub(r"(?m)^(\s*)::", r"\1&#58;:", text)


def _put(text: str, target: Path) -> None:
    with suppress(FileExistsError):  # to write below a file says it better
        target.parent.mkdir(parents=True, exist_ok=True)
    put_file(target, text.encode(errors="replace"))


def put_file(target: Path, content: bytes) -> None:
    """Writes a file. One that cannot be written to its end is removed: half of it misleads."""
    file = target.open("wb")
    try:
        with file:
            file.write(content)
    except OSError:
        if target.is_file():
            with suppress(OSError):
                real(target).unlink()
        raise


def _add(text: str, target: Path) -> None:
    with target.open("a", encoding="utf-8", errors="replace") as file:
        file.write(text)


def is_format(text: str) -> bool:
    """Whether `text` is `format=path`."""
    name, sign, path = text.partition("=")
    return name in ("junit", "json", "md") and bool(sign) and bool(path)


def _junit_body(item: Mapping[str, Any]) -> str | None:
    """What a test case holds; None if it passed."""
    text = escape(_xml("\n".join(item["details"]) or item["text"]))
    message = quoteattr(_xml(item["text"]))
    if item["verdict"] == "failed" and item["severity"] == "fail":
        return f'<failure type="{item["kind"]}" message={message}>{text}</failure>'
    if item["verdict"] in ("inconclusive", "open") and item["severity"] == "fail":
        return f'<error type="{item["verdict"]}" message={message}>{text}</error>'
    return None


def _counts(items: Sequence[Mapping[str, Any]]) -> str:
    hard = [item for item in items if item["severity"] == "fail"]
    failures = sum(item["verdict"] == "failed" for item in hard)
    errors = sum(item["verdict"] in ("inconclusive", "open") for item in hard)
    return f'tests="{len(items)}" failures="{failures}" errors="{errors}" skipped="0"'


def _seconds(item: Mapping[str, Any], outcome: Outcome) -> float:
    """From the start to when the item was decided, else to the end."""
    at = item.get("at")
    end = outcome.ended if not isinstance(at, int | float) else at / 1000
    return min(max(0.0, end - outcome.started), max(0.0, outcome.ended - outcome.started))


def _events(n: int) -> str:
    return f"{n} {'event' if n == 1 else 'events'}"


def _plain(line: str) -> str:
    """`line` as one line that a runner of jobs reads as text.

    GitHub's runner takes `::name` after leading space for a command, and `##[name]` anywhere; Azure
    and TeamCity have commands that begin with `##`.
    """
    text = _UNSEEN.sub(" ", line)
    text = _COMMAND.sub("##\u200b", text)
    return re.sub(r"^(\s*)::", "\\1\u200b::", text)


def _xml(text: str) -> str:
    """`text` without what XML cannot hold."""
    return _CONTROL.sub("�", text)


def _cell(text: str) -> str:
    """`text` as plain words in a cell of a Markdown table: no links, no mentions, no HTML."""
    line = " ".join(_UNSEEN.sub(" ", text).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = re.sub(r"([\\`*_{}\[\]()#+!|~])", r"\\\1", line)
    line = line.replace("@", "@\u200b").replace("://", ":\u200b//")
    return re.sub(r"\bwww\.", "www\u200b.", line, flags=re.IGNORECASE)


def _data(text: str) -> str:
    text = _CONTROL.sub("�", text)
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _below(path: Path, root: Path) -> str:
    """`path` from `root`, "" if it lies elsewhere."""
    try:
        return real(path).relative_to(real(root)).as_posix()
    except ValueError:
        return ""


def _cut(text: str) -> str:
    content = text.encode(errors="replace")
    if len(content) <= SUMMARY_BYTES:
        return text
    kept = content[:SUMMARY_BYTES].decode(errors="ignore")
    return f"{kept}\n\nThe rest is left out: the summary is too long.\n"
