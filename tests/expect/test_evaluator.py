"""The evaluator in Python: the vectors hold in V8 and in Node, and the schema refuses what the reader refuses."""

import json
import shutil
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from dagnet_realtime.cli.expect import evaluator as module
from dagnet_realtime.cli.expect.evaluator import SCHEMA, Evaluator, Json, open_evaluator
from dagnet_realtime.model.problem import Problem
from tests.expect.vectors import GRAPH, T0, VECTORS, frame_of

JUDGED = [case for case in VECTORS["cases"] if "refused" not in case]
REFUSED = [case for case in VECTORS["cases"] if "refused" in case]


@pytest.fixture(scope="module", params=["v8", "node"])
def evaluator(request: pytest.FixtureRequest) -> Iterator[Evaluator]:
    if request.param == "node" and shutil.which("node") is None:
        pytest.skip("there is no Node on the path")
    with open_evaluator(request.param) as opened:
        yield opened


def _run(evaluator: Evaluator, case: dict[str, Any]) -> dict[str, Any]:
    files = json.dumps([{"name": "case.yaml", "spec": case["spec"]}])
    unkept = json.dumps(case.get("unkept", {}))
    run = evaluator.ask("open", json.dumps(GRAPH), T0, files, unkept)["run"]
    for name, seeds in case.get("scopes", {}).items():
        evaluator.ask("scope", run, name)
        for token in seeds:
            evaluator.ask("claim", run, name, token)
    if "scope" in case:
        evaluator.ask("check", run, case["scope"], "check", json.dumps({"file": "case"}))
    frames = [
        frame_of(told, n) | {"at": T0 + round(told["at"] * 1000)}
        for n, told in enumerate(case["events"])
    ]
    evaluator.ask("take", run, json.dumps(frames), "")
    if "scope" in case:
        found: dict[str, Any] = evaluator.ask("verdict", run, "check", True)  # noqa: FBT003
    else:
        (found,) = evaluator.ask("report", run, True)  # noqa: FBT003
    evaluator.ask("close", run)
    return found


def test_the_vectors_have_the_same_verdicts_here(evaluator: Evaluator) -> None:
    """EXP-1: other languages run the same script, so that each vector has its verdicts there."""
    wrong = {}
    for case in JUDGED:
        report = _run(evaluator, case)
        got = ([item["verdict"] for item in report["items"]], report["verdict"])
        if got != (case["verdicts"], case.get("overall", report["verdict"])):
            wrong[case["name"]] = got
    assert not wrong
    assert len(JUDGED) > 100


def test_the_vectors_that_are_refused_are_refused_here(evaluator: Evaluator) -> None:
    """EXP-2: a file is refused with the reason."""
    for case in REFUSED:
        arguments = (
            json.dumps(case["spec"]),
            json.dumps(GRAPH),
            json.dumps(case.get("unkept", {})),
        )
        told = "\n".join(one["text"] for one in evaluator.ask("read", *arguments)["issues"])
        assert all(text in told for text in case["refused"]), (case["name"], told)


def test_the_schema_takes_what_the_reader_takes() -> None:
    """EXP-2: the JSON Schema takes every file of the vectors that is read, and refuses those whose form is wrong."""
    schema = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()))
    assert not [case["name"] for case in JUDGED if not schema.is_valid(case["spec"])]
    of_names = (
        "has no node",
        "never carried",
        "Term ",
        "nothing can be",
        "which is above",
        "met by anything",
        "properties.from",
        "is “2d”",
        "u{1b}",
    )
    formal = [
        case
        for case in REFUSED
        if not any(word in text for text in case["refused"] for word in of_names)
    ]
    assert len(formal) > 15
    assert not [case["name"] for case in formal if schema.is_valid(case["spec"])]


def test_without_an_engine_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """EXP-1: without mini-racer and without Node the command says what to install."""
    monkeypatch.setattr(module, "_in_v8", lambda: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Problem, match="JavaScript engine") as caught:
        open_evaluator()
    assert 'pip install "dagnet-realtime[expect]"' in caught.value.remedy


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085", "\x00", "\r\n", "😀"])
def test_names_of_any_characters_are_one_answer(evaluator: Evaluator, mark: str) -> None:
    """EXP-1: frames are handed over as they came; what other readers take for the end of a line is none."""
    run = evaluator.ask("open", json.dumps(GRAPH), T0, "[]", "{}")["run"]
    frames = [frame_of({"at": n, "who": ["a"], "name": f"x{mark}y"}, n) for n in range(2)]
    for frame in frames:
        text = msgspec.json.encode([frame | {"at": T0}]).decode()
        told = evaluator.ask("take", run, Json(text), "")
    assert told["events"] == 2
    assert evaluator.ask("close", run) == {"closed": True}


def test_what_is_asked_wrongly_is_a_problem(evaluator: Evaluator) -> None:
    """EXP-1: what is asked wrongly is answered."""
    with pytest.raises(Problem, match="There is no such function"):
        evaluator.ask("nothing")
    with pytest.raises(Problem, match="graph"):
        evaluator.ask("open", "{}", 0, "[]", "{}")
