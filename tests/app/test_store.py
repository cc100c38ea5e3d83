"""The choice of the store."""

import pytest

from dagnet_realtime.app.store import store
from dagnet_realtime.model.problem import Problem
from tests.support.clock import FakeClock


def test_memory_is_a_log() -> None:
    """LOG-1: `memory://`, and nothing that is not known."""
    log, _ = store("memory://", (), FakeClock())
    assert log
    with pytest.raises(Problem) as refused:
        store("kafka://user:secret@host", (), FakeClock())
    assert "secret" not in refused.value.sentence()
