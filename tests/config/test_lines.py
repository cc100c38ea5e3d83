"""Lines of keys in a TOML file."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.config.lines import line_of, lines

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


def test_a_missing_key_is_told_by_what_is_around_it() -> None:
    found = lines(TEXT)
    assert line_of(found, ("workspace", 0, "source", 0, "secrets")) == 10
    assert line_of(found, ("workspace", 1, "env")) == 14
    assert line_of(found, ("nowhere",)) is None


@given(st.text())
def test_any_text_has_lines_without_raising(text: str) -> None:
    assert all(number >= 1 for number in lines(text).values())


def test_what_is_no_end_of_a_line_in_toml_counts_for_none() -> None:
    """CLI-6: so that the line that is named is the one that an editor shows."""
    assert lines('a = "x\u2028y\u0085z" # \u2029\r\nb = 1\n')[("b",)] == 2
