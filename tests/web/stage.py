"""The whole ASGI app over a hub with a fake clock, asked without sockets."""

from types import TracebackType
from typing import Any, Self

import httpx

from dagnet_realtime.core.roles import EVERYTHING
from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.hub.ingest import Intake
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.web.auth.local import LocalAuthenticator
from dagnet_realtime.web.auth.request import Authenticator
from dagnet_realtime.web.auth.viewer import ViewerAuthenticator, ViewerKeys, ViewerTokens
from dagnet_realtime.web.reauthorizer import Reauthorizer
from dagnet_realtime.web.routes.health import Readiness
from dagnet_realtime.web.server import AppDependencies, create_app
from tests.hub.stage import POLICY, SHOP, Stage


class Walker:
    """Visitors that only remember what they were told."""

    def __init__(self) -> None:
        self.rate: float | None = None

    def start(self, channel: object, graph: str, rate: float) -> None:
        self.rate = rate

    def stop(self) -> None:
        self.rate = None

    async def light(self, channel: object, graph: str, node: str | None) -> tuple[str, str]:
        return ("m1", "Home")


class WebStage(Stage):
    """`client` is a signed-in program (in local access unless another is given), `stranger` is not
    signed in.
    """

    def __init__(self, **parts: Any) -> None:
        super().__init__(relays=parts.pop("relays", None))
        workspaces = parts.pop("workspaces", [Workspace(channel=SHOP, path=".", policy=POLICY)])
        self.access = LocalAuthenticator(self.clock)
        guard: Authenticator = parts.pop("access", self.access)
        self.readiness = Readiness()
        self.audited: list[bytes] = []
        self.audit = Audit(self.audited.append, self.clock)
        self.viewers = ViewerTokens(
            ViewerKeys(workspaces), parts.pop("minters", lambda _: EVERYTHING), self.clock
        )
        self.rounds = Reauthorizer(
            self.hub, ViewerAuthenticator(guard, self.viewers), self.clock, self.audit
        )
        intake = Intake(workspaces, self.graphs, self.log, self.clock)
        self.parts = AppDependencies(
            workspaces=workspaces,
            graphs=self.graphs,
            hub=self.hub,
            intake=intake,
            access=guard,
            viewers=self.viewers,
            clock=self.clock,
            readiness=self.readiness,
            simulator=Walker(),
            version="1.2.3",
            audit=self.audit,
            reauthorizer=self.rounds,
            **{"demo": True, **parts},
        )
        self.app = create_app(self.parts)
        transport = httpx.ASGITransport(self.app)
        self.stranger = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765")
        headers = {"authorization": f"Bearer {self.access.program_key}"}
        self.client = httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8765", headers=headers
        )

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.client.aclose()
        await self.stranger.aclose()
        await super().__aexit__(kind, error, trace)
