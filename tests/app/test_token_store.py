"""The tokens that are valid at this moment."""

from pathlib import Path

import pytest

from dagnet_realtime.app.token_store import LOOK_SECONDS, TokenStore
from dagnet_realtime.config import tokens as file
from dagnet_realtime.model.access_token import AccessToken
from dagnet_realtime.model.problem import Problem
from tests.support.clock import FakeClock

ONE = AccessToken(id="a", name="one", digest="0" * 64, role="watch", channels=("*",), created_at=0)


def test_a_revoked_token_is_gone_within_a_second(tmp_path: Path) -> None:
    """ACC-12: the file is looked at again, and read where it has changed."""
    clock, path = FakeClock(), tmp_path / "tokens.json"
    file.write(path, [ONE])
    store = TokenStore(str(path), clock)
    assert store() == (ONE,)
    file.write(path, [])
    clock.shift(LOOK_SECONDS)
    assert store() == ()


def test_a_file_that_vanishes_or_breaks_lets_nobody_in(tmp_path: Path) -> None:
    """ACC-12: whoever cannot be checked is refused."""
    clock, path = FakeClock(), tmp_path / "tokens.json"
    file.write(path, [ONE])
    store = TokenStore(str(path), clock)
    assert store()
    path.write_text("{")
    clock.shift(LOOK_SECONDS)
    for _ in range(2):
        with pytest.raises(Problem) as problem:
            store()
        assert problem.value.code == "unavailable"
    path.unlink()
    clock.shift(LOOK_SECONDS)
    assert store() == ()


def test_no_file_holds_no_tokens() -> None:
    """ACC-12: where none is configured."""
    assert TokenStore("", FakeClock())() == ()
