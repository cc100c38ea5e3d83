"""Sign-outs of one process keep every store's promises."""

import pytest

from dagnet_realtime.web.access import ended
from dagnet_realtime.web.access.ended import OwnSignOuts
from tests.logs.sign_outs_contract import SignOutsContract, SignOutsStage
from tests.support.clock import FakeClock


class TestOwnSignOuts(SignOutsContract):
    @pytest.fixture
    def stage(self, monkeypatch: pytest.MonkeyPatch) -> SignOutsStage:
        clock = FakeClock()
        own = OwnSignOuts(clock)
        return SignOutsStage(own, own, clock, lambda number: monkeypatch.setattr(ended, "MOST_ENDED", number))
