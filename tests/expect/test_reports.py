"""Reports: JUnit, JSON, Markdown, GitHub and the terminal, with names that want to act in each."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from dagnet_realtime.cli.expect.reports import (
    ANNOTATIONS,
    SUMMARY_BYTES,
    Outcome,
    Result,
    annotations,
    as_json,
    junit,
    markdown,
    terminal,
    write,
)

HOSTILE = (
    "::error file=x::pwned",
    "a\n::set-output name=x::y",
    "]]></failure><script>alert(1)</script>",
    "| a | b |\n|---|---|",
    "[link](javascript:alert(1)) ![img](https://x.test/y.png)",
    "<img src=x onerror=alert(1)> & <!--",
    "@everyone `code` *bold* _it_ # head",
    "\x00\x08\x1b[31m\ufffe",
    "100%,a:b\r\nc",
    "##[add-mask]e",
    "  ::stop-commands::x",
    "##vso[task.setvariable variable=x]y",
    "\u2028::error::x\x85::error::y",
    "http://x.test www.x.test",
)


def _item(n: int, verdict: str = "failed", severity: str = "fail", **more: Any) -> dict[str, Any]:
    return {
        "number": n,
        "kind": "lit",
        "title": f"{n} lit: purchase",
        "severity": severity,
        "path": ["expect", n - 1],
        "verdict": verdict,
        "final": True,
        "text": "purchase was not seen",
        "details": [],
        "at": None,
    } | more


def _outcome(items: list[dict[str, Any]], **more: Any) -> Outcome:
    result = Result(
        name="expectations/checkout.yaml",
        graph="shop",
        verdict="failed",
        items=items,
        file="expectations/checkout.yaml",
        lines=[7 + n for n in range(len(items))],
        coverage={"nodesLit": 9, "nodes": 11, "edgesLit": 10, "edges": 14, "dark": ["basket"]},
        events=12,
    )
    return Outcome(results=[result], started=1_767_603_600.0, ended=1_767_603_614.2, **more)


def test_junit_says_what_failed_what_is_inconclusive_and_what_is_a_warning() -> None:
    """EXP-13: JUnit has a suite for a file and a case for an expectation, with place and reason."""
    items = [
        _item(1, details=["purchase: its property currency was “USD”"]),
        _item(2, "met", at=1_767_603_601_200),
        _item(3, "inconclusive", text="312 events were missed"),
        _item(4, severity="warn"),
    ]
    root = ElementTree.fromstring(junit(_outcome(items)))
    assert root.attrib == {
        "name": "dagnet-realtime expect",
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "0",
        "time": "14.200",
    }
    (suite,) = root
    cases = suite.findall("testcase")
    assert [case.get("name", "").split()[0] for case in cases] == ["1", "2", "3", "4"]
    assert {case.get("classname") for case in cases} == {"dagnet.shop.checkout"}
    assert cases[0].attrib["line"] == "7"
    assert cases[0][0].tag == "failure"
    assert cases[0][0].text == "purchase: its property currency was “USD”"
    assert (cases[1].get("time"), len(cases[1])) == ("1.200", 0)
    assert (cases[2][0].tag, cases[2][0].get("message")) == ("error", "312 events were missed")
    assert len(cases[3]) == 0
    assert "4 lit: purchase" in (suite.findtext("system-out") or "")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_acts_in_no_report(name: str, tmp_path: Path) -> None:
    """EXP-13: an event's name acts in no report: it ends no XML, no cell, no line and no workflow command."""
    outcome = _outcome([_item(1, title=f"1 {name}", text=name, details=[name, name])], said=[name])
    outcome.results[0].near_misses = [{"name": name, "count": 1, "text": name}]
    ElementTree.fromstring(junit(outcome))
    assert json.loads(as_json(outcome))["results"][0]["items"][0]["text"] == name
    for line in "\n".join(terminal(outcome)).splitlines():
        assert not line.lstrip().startswith("::")  # GitHub's runner trims before it looks
        assert not re.search(r"##\w*\[|[\x00-\x1f\x7f-\x9f]", line)
    assert len("\n".join(terminal(outcome)).splitlines()) == len(terminal(outcome))
    printed = [write(outcome, [f"{kind}=-"], {}, tmp_path)[0] for kind in ("junit", "json", "md")]
    for line in "\n".join(printed).split("\n"):
        assert not line.lstrip().startswith("::")
        assert not re.search(r"##\w*\[", line)
    assert ElementTree.fromstring(printed[0]).findtext("testsuite/testcase/failure") == (
        ElementTree.fromstring(junit(outcome)).findtext("testsuite/testcase/failure")
    )
    assert json.loads(printed[1]) == json.loads(as_json(outcome))
    told = markdown(outcome)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", told)
    acts = r"(?<!\\)[<`](?!br>)|(?<!\\)\]\(|@(?!\u200b)|://|www\.(?!\u200b)"
    assert not re.search(acts, told.replace("<br>", ""))
    table = [line for line in told.splitlines() if line.startswith("| failed")]
    assert len(table) == 1
    assert len(re.findall(r"(?<!\\)\|", table[0])) == 5
    (command,) = annotations(outcome, tmp_path, tmp_path)
    assert "\n" not in command
    assert "\r" not in command
    head, _, _ = command.removeprefix("::error ").partition("::")
    assert len(head.split(",")) == 3


def test_github_gets_at_most_ten_of_a_kind() -> None:
    """EXP-13: GitHub shows ten annotations of a kind; the tenth says how many there are."""
    here = Path("/repository")
    told = annotations(_outcome([_item(n) for n in range(1, 25)]), here, here)
    assert len(told) == ANNOTATIONS + 1
    assert told[-1] == "::error title=Expectations::and 15 more: see the summary"
    assert told[0].startswith(
        "::error file=expectations/checkout.yaml,line=7,title=expectations/checkout.yaml%3A 1 lit%3A purchase::"
    )
    outside = annotations(_outcome([_item(1)]), Path("/elsewhere"), here)
    assert "file=" not in outside[0]


def test_github_finds_its_summary_and_its_annotations(tmp_path: Path) -> None:
    """EXP-13: under GitHub Actions the command writes the step's summary and
    annotations by itself.
    """
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_WORKSPACE": str(tmp_path),
    }
    report, printed, unwritten = write(
        _outcome([_item(1), _item(2, severity="warn")]),
        [f"junit={tmp_path}/deep/out.xml", "json=-"],
        environ,
        tmp_path,
    )
    assert unwritten == []
    assert [line.split()[0] for line in printed] == ["::error", "::warning"]
    assert json.loads(report)["results"]
    text = summary.read_text()
    assert text.startswith("before\n### DagNet expectations: 0 met, 1 failed, 1 warning")
    assert "9/11 nodes, 10/14 edges; not seen: basket" in text
    ElementTree.parse(tmp_path / "deep/out.xml")
    assert write(_outcome([_item(1)]), [], {}, tmp_path) == ("", [], [])


def test_a_summary_that_is_too_long_is_cut(tmp_path: Path) -> None:
    """EXP-13: a summary stays below what GitHub takes."""
    summary = tmp_path / "summary.md"
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    write(_outcome([_item(n, text="x" * 9000) for n in range(1, 200)]), [], environ, tmp_path)
    assert SUMMARY_BYTES - 100 < summary.stat().st_size < SUMMARY_BYTES + 200
    assert "The rest is left out" in summary.read_text()
