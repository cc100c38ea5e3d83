"""Typed tables from parsed TOML, and the line of each key in its file."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.config.file import ServerTable, SourceTable, WorkspaceTable
from dagnet_realtime.config.tables import (
    SourceLocation,
    dotted,
    expected,
    hidden,
    lines,
    redacted,
    table,
    tables,
)
from dagnet_realtime.model.problem import Problem

PLACE = SourceLocation(
    "realtime.toml",
    {("server",): 1, ("server", "port"): 3},
    {("server", "host"): "The flag --host"},
)


def test_a_wrong_value_names_the_line_the_key_what_was_found_and_what_was_expected() -> None:
    """CLI-1: a wrong value names the file, the line, the key, what was found and what was expected."""
    with pytest.raises(Problem) as caught:
        table({"port": "high"}, ServerTable, ("server",), PLACE)
    expected_words = 'realtime.toml, line 3, server.port: found "high", expected a whole number, at least 0 and at most 65535.'
    assert caught.value.sentence() == expected_words


def test_an_unknown_key_is_an_error_and_the_near_one_is_named() -> None:
    """CLI-1: an unknown key is an error; the likeliest known one is named."""
    with pytest.raises(Problem) as caught:
        table({"prot": 1}, ServerTable, ("server",), PLACE)
    assert "server.prot: unknown key" in caught.value.title
    assert caught.value.remedy == "Did you mean `port`?"


def test_a_missing_key_is_named_with_what_it_takes() -> None:
    with pytest.raises(Problem, match="`env` is missing"):
        table({"id": "a", "path": "."}, WorkspaceTable, ("workspace", 0), PLACE)


def test_the_flag_or_variable_that_set_a_wrong_value_is_named() -> None:
    with pytest.raises(Problem, match=r"^The flag --host: found 1"):
        table({"host": 1}, ServerTable, ("server",), PLACE)


@pytest.mark.parametrize("value", [1, {"a": 1}, [1, "two"]])
def test_a_wrong_secret_is_not_shown(value: object) -> None:
    """CLI-3: secrets are shown in no message."""
    with pytest.raises(Problem) as caught:
        table({"id": "a", "secrets": value}, SourceTable, ("workspace", 0, "source", 0), PLACE)
    assert "found a value that is not shown here" in caught.value.sentence()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("sample", 2, "a number, at least 0 and at most 1"),
        ("sample", float("nan"), "a number, at least 0 and at most 1"),
        ("max_rate", 0, "a number, above 0"),
        ("max_rate", float("inf"), "a number, above 0"),
        ("identity", "none", 'one of "reveal", "token", "trace_id"'),
        ("trace", "userId", "an array of texts"),
        ("retention", "15 minutes", 'a duration such as "15m", "1.5h" or "30d"'),
        ("id", "a b", "1 to 128 letters, digits, dots, dashes or underscores"),
        ("path", "", "a text that is not empty"),
        ("log_entries", True, "a whole number, at least 1"),
        ("source", {}, "an array of tables, `[[source]]`"),
        ("source", [1], "a table"),
    ],
)
def test_every_kind_of_value_says_what_it_takes(key: str, value: object, words: str) -> None:
    row = {"id": "a", "env": "b", "path": ".", key: value}
    with pytest.raises(Problem) as caught:
        tables([row], WorkspaceTable, ("workspace",), PLACE)
    assert caught.value.title.endswith(f"expected {words}")


def test_tables_that_are_none_are_reported() -> None:
    with pytest.raises(Problem, match="expected a table"):
        table(3, ServerTable, ("server",), PLACE)
    with pytest.raises(Problem, match=r"expected an array of tables, `\[\[workspace\]\]`"):
        tables({}, WorkspaceTable, ("workspace",), PLACE)


def test_words_for_paths_and_values() -> None:
    assert dotted(("workspace", 0, "source", 1, "id")) == "workspace[1].source[2].id"
    assert [redacted(value) for value in (True, 1.5, "a", [], {})] == [
        "true",
        "1.5",
        '"a"',
        "an array",
        "a table",
    ]
    assert len(redacted("x" * 200)) == 58
    assert expected(bool) == "true or false"
    assert not hidden(str)


TEXT = '''# comment
[server]
host = "127.0.0.1"

[[workspace]]
id = "a"
text = """
id = "not a key"
"""
  [[workspace.source]]
  id = "one"
  [[workspace.source]]
  "id" = "two"
[[workspace]]
id = "b" # [not.a.table]
access.mode = "x"
'''


def test_every_key_has_its_line() -> None:
    found = lines(TEXT)
    assert tomllib.loads(TEXT)
    assert found[("server", "host")] == 3
    assert found[("workspace", 0, "id")] == 6
    assert found[("workspace", 0, "source", 1, "id")] == 13
    assert found[("workspace", 1, "id")] == 15
    assert found[("workspace", 1, "access", "mode")] == 16


@given(st.text())
def test_any_text_has_lines_without_raising(text: str) -> None:
    assert all(number >= 1 for number in lines(text).values())


def test_what_is_no_end_of_a_line_in_toml_counts_for_none() -> None:
    """CLI-6: only line ends of TOML count, so that the number is the one that an editor shows."""
    assert lines('a = "x\u2028y\u0085z" # \u2029\r\nb = 1\n')[("b",)] == 2
