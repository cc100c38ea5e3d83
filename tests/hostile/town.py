"""Three channels, three people and a thief in one server, asked without sockets; everything of a
channel bears its mark.
"""

import hmac
import json
import secrets
from random import Random
from types import TracebackType
from typing import Any, Self

import httpx

from dagnet_realtime.core.access_tokens import create_token
from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.ingest import Intake, SourceCounters
from dagnet_realtime.model.access import AccessToken, Role, Secret
from dagnet_realtime.model.graph import Catalogue
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy, Source, Workspace
from dagnet_realtime.stores.memory import MemoryLog, MemorySessionStore
from dagnet_realtime.web.auth.cookie import SealedCookie
from dagnet_realtime.web.auth.token import TokenAuthenticator, TokenCookie
from dagnet_realtime.web.auth.viewer import ViewerAuthenticator, ViewerKeys, ViewerTokens
from dagnet_realtime.web.reauthorizer import Reauthorizer
from dagnet_realtime.web.routes.health import Readiness
from dagnet_realtime.web.server import AppDependencies, create_app
from tests.hub.stage import Graphs, graph
from tests.support.clock import FakeClock

CHANNELS = (Channel("shop", "prod"), Channel("shop", "test"), Channel("bank", "prod"))
PEOPLE: dict[str, tuple[Role, tuple[str, ...]]] = {
    "ann": ("administer", ("shop/prod",)),
    "bob": ("follow", ("shop/test",)),
    "cat": ("watch", ("bank/*",)),
    "eve": ("watch", ("none/none",)),
}
USER = "one person who is known everywhere"


def mark(channel: Channel) -> str:
    """What only this channel's events bear."""
    return f"mark-{channel.workspace}-{channel.env}"


def source_id(channel: Channel) -> str:
    """The channel's webhook."""
    return f"{channel.workspace}-{channel.env}"


class Maps(Graphs):
    """One graph in both workspaces, in each under a name of its own."""

    def __init__(self) -> None:
        super().__init__(graph("Home", name="checkout"))
        self._catalogues = {
            one: Catalogue(version="1", graphs={f"{one}-map": graph("Home", name=f"{one}-map")})
            for one in ("shop", "bank")
        }

    def catalogue(self, workspace: str) -> Catalogue:
        if workspace not in self._catalogues:
            raise Problem("not_found", "No such workspace")
        return self._catalogues[workspace]


class Town:
    """Enter it. `as_person` gives a client that bears their token; `tokens` are those in force."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.texts: dict[str, str] = {}
        self.tokens: dict[str, AccessToken] = {}
        for name, (role, on) in PEOPLE.items():
            self.tokens[name], self.texts[name] = create_token(
                name, role, on, 0, None, secrets.token_bytes
            )
        policies = {
            one: Policy(properties=("label",), token_key=Secret(str(one)), identity="reveal")
            for one in CHANNELS
        }
        self.secrets = {one: f"secret of {one}".encode() for one in CHANNELS}
        workspaces = [
            Workspace(
                channel=one,
                path=".",
                policy=policies[one],
                sources=(
                    Source(
                        id=source_id(one),
                        channel=one,
                        kind="webhook",
                        secrets=(Secret(self.secrets[one]),),
                    ),
                    Source(
                        id=f"sdk-{source_id(one)}",
                        channel=one,
                        kind="tracking",
                        write_key=Secret(f"key of {one}"),
                    ),
                ),
            )
            for one in CHANNELS
        ]
        self.log, self.sessions, graphs = (
            MemoryLog(policies, self.clock),
            MemorySessionStore(self.clock),
            Maps(),
        )
        counters = SourceCounters(workspaces)
        context = HubContext(
            workspaces=workspaces,
            graphs=graphs,
            log=self.log,
            sessions=self.sessions,
            counters=counters,
            clock=self.clock,
            random=Random(1),
        )
        feeds = FeedRegistry(context)
        self.hub = Hub(context, feeds)
        self.intake = Intake(
            workspaces, graphs, self.log, self.clock, feeds.forget, counters=counters
        )
        jar: SealedCookie[TokenCookie] = SealedCookie(TokenCookie, b"key", self.clock, secure=False)
        access = TokenAuthenticator(lambda: tuple(self.tokens.values()), jar, self.clock, 3600.0)
        self.audited: list[bytes] = []
        audit = Audit(self.audited.append, self.clock)
        viewers = ViewerTokens(ViewerKeys(workspaces), lambda _: None, self.clock)
        guard = ViewerAuthenticator(access, viewers)
        self.rounds = Reauthorizer(self.hub, guard, self.clock, audit)
        parts = AppDependencies(
            workspaces=workspaces,
            graphs=graphs,
            hub=self.hub,
            intake=self.intake,
            access=access,
            viewers=viewers,
            clock=self.clock,
            readiness=Readiness(),
            audit=audit,
            reauthorizer=self.rounds,
        )
        self.app = create_app(parts)
        transport = httpx.ASGITransport(self.app)
        self.clients = {
            name: httpx.AsyncClient(
                transport=transport,
                base_url="http://here",
                headers={"authorization": f"Bearer {text}"},
            )
            for name, text in self.texts.items()
        }
        self.sender = httpx.AsyncClient(transport=transport, base_url="http://here")

    async def __aenter__(self) -> Self:
        await self.hub.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for client in (*self.clients.values(), self.sender):
            await client.aclose()
        await self.hub.__aexit__(kind, error, trace)

    async def send(self, channel: Channel, number: int, secret_of: Channel | None = None) -> int:
        """One marked delivery to the channel's webhook, signed with another channel's secret if one
        is given.
        """
        message: dict[str, Any] = {
            "type": "track",
            "event": "Home",
            "messageId": f"{mark(channel)} {number}",
            "userId": USER,
        }
        body = json.dumps({**message, "properties": {"label": mark(channel)}}).encode()
        signature = hmac.digest(self.secrets[secret_of or channel], body, "sha1").hex()
        answer = await self.sender.post(
            f"/segment/webhook/{source_id(channel)}",
            content=body,
            headers={"x-signature": signature},
        )
        return answer.status_code
