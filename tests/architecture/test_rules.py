"""Every rule of the specification is cited by a test, and every rule that a test cites exists."""

import re
from collections import Counter
from pathlib import Path

from tests.architecture.sources import ROOT, named, tracked

RULE = re.compile(
    r"\b(?:GRA|MAT|SIG|SEG|RED|DOOR|STR|LOG|HUB|WEB|FIL|ENG|TRC|PIC|TAP|ACC|REL|FUN|CLI|API|OPS|CON|EXP|EMB)-\d+\b"
)
SPEC = ROOT / "docs" / "reference" / "rules.md"
STATED = re.compile(r"^- \*\*([A-Z]+-\d+)\*\* \S", re.MULTILINE)


def _cited() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in tracked():
        text = named(path)
        if (
            re.search(r"(^|/)(tests?)/", text)
            and path.suffix in (".py", ".ts", ".tsx", ".mjs")
            and path != Path(__file__)
        ):
            for rule in RULE.findall(path.read_text()):
                found.setdefault(rule, text)
    return found


def test_every_rule_has_its_own_number_and_its_own_line() -> None:
    stated = STATED.findall(SPEC.read_text())
    assert not [rule for rule, count in Counter(stated).items() if count > 1]
    assert stated
    assert len(stated) == len(re.findall(r"^- ", SPEC.read_text(), re.MULTILINE)), (
        "a line of docs/reference/rules.md states no numbered rule"
    )


def test_constants_are_linked() -> None:
    text = SPEC.read_text()
    named = set(re.findall(r"\[([A-Z_]{6,})\](?!:)", text))
    assert named == set(re.findall(r"^\[([A-Z_]{6,})\]: constants\.md#", text, re.MULTILINE))


def test_every_rule_is_cited_by_a_test() -> None:
    cited = _cited()
    assert not [rule for rule in STATED.findall(SPEC.read_text()) if rule not in cited]


def test_a_rule_that_a_test_cites_exists() -> None:
    stated = set(STATED.findall(SPEC.read_text()))
    assert not {rule: where for rule, where in _cited().items() if rule not in stated}
