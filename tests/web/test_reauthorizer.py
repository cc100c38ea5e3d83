"""Permission is asked for again while a session is watched."""

import asyncio
import json

import msgspec

from dagnet_realtime.core.roles import Roles
from dagnet_realtime.model.access import Role
from dagnet_realtime.model.frame import Change, Close
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.web.auth.request import AuthRequest, Person
from dagnet_realtime.web.reauthorizer import ANSWER_SECONDS, ROUND_SECONDS
from tests.hub.stage import Reader
from tests.web.stage import WebStage


class Changing:
    """An access in which Ann may do what a test says; `problem` refuses her, `silent` never answers."""

    mode = "oidc"

    def __init__(self) -> None:
        self.role: Role | None = "follow"
        self.problem: Exception | None = None
        self.silent = False

    def check_origin(self, asked: AuthRequest) -> None:
        return

    async def person(self, asked: AuthRequest) -> Person:
        if self.silent:
            await asyncio.Event().wait()
        if self.problem is not None:
            raise self.problem
        return Person("ann", Roles(((self.role, ("*",)),) if self.role else ()))


class RoundStage(WebStage):
    """A stream of Ann's is open, as far as the rounds know."""

    def __init__(self) -> None:
        self.changing = Changing()
        super().__init__(access=self.changing)

    async def streaming(self) -> tuple[WatchSession, Reader]:
        session = await self.hub.open(
            self.parts.workspaces[0].channel, "checkout", "ann", "", "follow"
        )
        return session, await self.read(session)


def byes(reader: Reader) -> list[Close]:
    return [sent.frame for sent in reader.got if isinstance(sent.frame, Close)]


def test_thirty_seconds_are_never_passed() -> None:
    """ACC-17: a round, a provider's word that is still believed, and its answer."""
    from dagnet_realtime.web.auth.provider import CONFIRMED_SECONDS, PROVIDER_SECONDS

    assert ROUND_SECONDS + CONFIRMED_SECONDS + PROVIDER_SECONDS <= 30
    assert PROVIDER_SECONDS < ANSWER_SECONDS


async def test_a_revoked_persons_stream_ends_and_says_so() -> None:
    """ACC-17: it ends with a bye without a time to come back; the session ends too, and that is
    audited.
    """
    for problem in (Problem("unauthorized", "no"), None):
        async with RoundStage() as stage:
            session, reader = await stage.streaming()
            with stage.rounds.streaming(session.id, AuthRequest("GET")):
                running = asyncio.create_task(stage.rounds.run())
                await stage.clock.advance(ROUND_SECONDS)
                assert byes(reader) == []
                stage.changing.problem, stage.changing.role = problem, None
                await stage.clock.advance(ROUND_SECONDS)
                running.cancel()
            (bye,) = byes(reader)
            assert bye.reason.startswith("revoked")
            assert bye.retry_after is None
            assert await stage.sessions.load(session.id) is None
            (line,) = [json.loads(line) for line in stage.audited]
            assert (line["deed"], line["person"]) == ("revoked", "ann")


async def test_who_cannot_be_confirmed_is_sent_away_to_come_back() -> None:
    """ACC-17: any failure to confirm a person ends the stream with a time to come back; the session
    stays.
    """
    for problem in (Problem("unavailable", "down"), RuntimeError("broken"), TimeoutError()):
        async with RoundStage() as stage:
            session, reader = await stage.streaming()
            stage.changing.problem = problem
            with stage.rounds.streaming(session.id, AuthRequest("GET")):
                await stage.rounds.run_once()
            await stage.clock.advance(0)
            (bye,) = byes(reader)
            assert bye.retry_after == 10
            assert await stage.hub.session(session.id)


async def test_an_answer_that_does_not_come_is_no_yes(monkeypatch: object) -> None:
    """ACC-17: a provider that does not answer confirms no one."""
    import dagnet_realtime.web.reauthorizer as rounds

    async with RoundStage() as stage:
        session, reader = await stage.streaming()
        stage.changing.silent = True
        monkeypatch.setattr(rounds, "ANSWER_SECONDS", 0.01)  # type: ignore[attr-defined]
        with stage.rounds.streaming(session.id, AuthRequest("GET")):
            await stage.rounds.run_once()
        await stage.clock.advance(0)
        assert len(byes(reader)) == 1


async def test_another_role_takes_effect_in_an_open_stream() -> None:
    """ACC-21: follows end if the new role may not follow."""
    async with RoundStage() as stage:
        session, reader = await stage.streaming()
        session = await stage.hub.change(session.id, follows=["token-1"])
        stage.changing.role = "watch"
        with stage.rounds.streaming(session.id, AuthRequest("GET")):
            await stage.rounds.run_once()
        await stage.clock.advance(0)
        taken = await stage.hub.session(session.id)
        assert (taken.role, taken.follows) == ("watch", ())
        assert byes(reader) == []
        assert not any(isinstance(sent.frame, Change) for sent in reader.got), (
            "nothing looks different under this policy"
        )


async def test_a_session_at_a_relay_is_looked_after_too() -> None:
    """ACC-17: it has no stream here, so it ends, and with it the right to its channel."""
    for problem in (Problem("unavailable", "down"), Problem("unauthorized", "no")):
        async with RoundStage() as stage:
            session, _ = await stage.streaming()
            stage.rounds.relayed(session.id, AuthRequest("GET"))
            await stage.rounds.run_once()
            assert await stage.hub.session(session.id)
            stage.changing.problem = problem
            await stage.rounds.run_once()
            assert await stage.sessions.load(session.id) is None
            await stage.rounds.run_once()
            assert not stage.rounds._relayed


async def test_what_has_ended_is_forgotten() -> None:
    """ACC-17: a session that has ended is not asked about."""
    async with RoundStage() as stage:
        session, reader = await stage.streaming()
        with stage.rounds.streaming(session.id, AuthRequest("GET")):
            await stage.hub.close(session.id)
            await stage.rounds.run_once()
        assert not stage.rounds._streams
        assert stage.audited == []
        assert msgspec.structs.asdict(byes(reader)[0])["retry_after"] is None


async def test_a_person_at_a_relay_who_still_may_is_confirmed_there() -> None:
    """REL-25, ACC-17: they are confirmed between their own requests, rare in a hidden tab; a stream
    needs no confirmation.
    """
    async with RoundStage() as stage:
        session, _ = await stage.streaming()
        confirmed: list[WatchSession] = []

        async def confirm(one: WatchSession) -> None:
            confirmed.append(one)

        stage.hub.relay_manager.confirm = confirm  # type: ignore[method-assign]
        with stage.rounds.streaming(session.id, AuthRequest("GET")):
            await stage.rounds.run_once()
            assert confirmed == []
        stage.rounds.relayed(session.id, AuthRequest("GET"))
        await stage.rounds.run_once()
        assert [one.id for one in confirmed] == [session.id]
        stage.changing.problem = Problem("unauthorized", "no")
        await stage.rounds.run_once()
        assert len(confirmed) == 1
