"""Sessions in memory keep every store's promises."""

import pytest

from dagnet_realtime.logs.memory_sessions import MemorySessions
from tests.logs.sessions_contract import SessionsContract, SessionsStage
from tests.support.clock import FakeClock


class TestMemorySessions(SessionsContract):
    @pytest.fixture
    def stage(self) -> SessionsStage:
        clock = FakeClock()
        return SessionsStage(MemorySessions(clock), clock.advance)
