"""What every store of sign-outs promises."""

from collections.abc import Callable

from dagnet_realtime.ports.storage import RevocationList
from tests.support.clock import FakeClock

HOUR = 3_600_000


class SignOutsStage:
    """Two processes on one store, their clock, and how many sign-outs of a kind are kept."""

    def __init__(
        self,
        one: RevocationList,
        other: RevocationList,
        clock: FakeClock,
        keep: Callable[[int], None],
    ) -> None:
        self.one = one
        self.other = other
        self.clock = clock
        self.keep = keep


class SignOutsContract:
    """Inherit, and give a fixture `stage`."""

    async def test_a_sign_out_holds_at_every_process(self, stage: SignOutsStage) -> None:
        """ACC-51: a sign-out holds for its own sign-in only."""
        until = stage.clock.now() + HOUR
        assert not await stage.other.is_revoked("session", "ann")
        assert await stage.one.revoke("session", "ann", until)
        assert not await stage.one.revoke("session", "ann", until), (
            "the second caller learns that it was revoked before"
        )
        assert not await stage.other.revoke("session", "ann", until)
        stage.clock.shift(1)
        for process in (stage.one, stage.other):
            assert await process.is_revoked("session", "ann")
            assert not await process.is_revoked("session", "bob")
            assert not await process.is_revoked("attempt", "ann")

    async def test_sign_outs_are_bounded(self, stage: SignOutsStage) -> None:
        """ACC-51: each kind has a bound of its own, and what has lapsed is dropped first."""
        stage.keep(3)
        until = stage.clock.now() + HOUR
        await stage.one.revoke("session", "ann", until)
        await stage.one.revoke("attempt", "lapsed", stage.clock.now() + 1)
        stage.clock.shift(1)
        for number in range(3):
            await stage.one.revoke("attempt", str(number), until + number)
        assert [
            await stage.other.is_revoked("attempt", id) for id in ("lapsed", "0", "1", "2")
        ] == [False, True, True, True]
        await stage.one.revoke("attempt", "3", until + 3)
        stage.clock.shift(1)
        assert [await stage.other.is_revoked("attempt", str(number)) for number in range(4)] == [
            False,
            True,
            True,
            True,
        ]
        assert await stage.other.is_revoked("session", "ann")
