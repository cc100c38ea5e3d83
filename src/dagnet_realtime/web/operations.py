"""Health, readiness and metrics."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.intake import Intake
from dagnet_realtime.model.ledger import Door
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Workspace
from dagnet_realtime.web.access.person import Person, forbidden
from dagnet_realtime.web.offer import Gives, Offer, Offered
from dagnet_realtime.web.replies import json_reply

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


class Status(msgspec.Struct, frozen=True):
    """How the process does."""

    status: Literal["ok", "ready"]


HEALTH = Offer(
    method="GET",
    path="/healthz",
    name="healthz",
    room="Operations",
    title="Whether the process answers",
    guard="nobody",
    gives={200: Gives("It does", Status)},
)
READY = Offer(
    method="GET",
    path="/readyz",
    name="readyz",
    room="Operations",
    title="Whether the process should get traffic",
    guard="nobody",
    gives={200: Gives("It should", Status)},
)
METRICS = Offer(
    method="GET",
    path="/metrics",
    name="metrics",
    room="Operations",
    title="Counts in the Prometheus text format",
    about="Of the workspaces that whoever asks may watch.",
    gives={200: Gives("The metrics", str, "text/plain")},
)
OFFERS = (HEALTH, READY, METRICS)


class Readiness:
    """Whether this process should get traffic; `app` sets it."""

    def __init__(self) -> None:
        self.ready = False


def operation_routes(hub: Hub, intake: Intake, workspaces: Sequence[Workspace], readiness: Readiness) -> list[Offered]:
    """`/healthz`, `/readyz` and `/metrics`."""

    async def healthz(_: Request) -> Response:
        return json_reply(Status("ok"))

    async def readyz(_: Request) -> Response:
        if not readiness.ready:
            raise Problem("unavailable", "Not ready", "The server is starting or stopping", "Ask again", retry_after=1)
        return json_reply(Status("ready"))

    async def metrics(request: Request) -> Response:
        person: Person = request.scope["person"]
        if person.roles.anywhere is None:
            raise forbidden("watch")
        from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest  # takes 60 ms that no start should wait for
        from prometheus_client.registry import CollectorRegistry

        registry = CollectorRegistry(auto_describe=False)
        registry.register(Counts(hub, intake, [one for one in workspaces if person.may("watch", one.channel)]))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [Offered(HEALTH, healthz), Offered(READY, readyz), Offered(METRICS, metrics)]


class Counts:
    """Reads the doors and the hub when metrics are asked for. Labels are configuration, never a person's."""

    def __init__(self, hub: Hub, intake: Intake, workspaces: Sequence[Workspace]) -> None:
        self._hub = hub
        self._intake = intake
        self._workspaces = workspaces

    def collect(self) -> Iterable["Metric"]:
        """The metrics as they are at this moment."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        where = ["workspace", "env"]
        events = CounterMetricFamily("dagnet_realtime_events", "Events received, by where they went.", labels=[*where, "source", "outcome"])
        watchers = GaugeMetricFamily("dagnet_realtime_viewers", "Viewers attached to this process.", labels=where)
        watching = self._hub.watching()
        for workspace in self._workspaces:
            channel = workspace.channel
            watchers.add_metric([channel.workspace, channel.env], watching.get(channel, 0))
            for source, door in self._intake.doors(channel).items():
                for outcome, count in _outcomes(door):
                    events.add_metric([channel.workspace, channel.env, source, outcome], count)
        yield events
        yield watchers
        yield self._relayed()

    def _relayed(self) -> "Metric":
        """What the relays carried, in messages, since that is what providers bill."""
        from prometheus_client.core import CounterMetricFamily

        labels = ["workspace", "env", "outcome"]
        messages = CounterMetricFamily("dagnet_realtime_relay_messages", "Messages through a provider.", labels=labels)
        shown = {workspace.channel for workspace in self._workspaces}
        for channel, ledger in ((channel, ledger) for channel, ledger in self._hub.relaying.ledgers.items() if channel in shown):
            for outcome in ledger.__struct_fields__:
                messages.add_metric([channel.workspace, channel.env, outcome], getattr(ledger, outcome))
        return messages


def _outcomes(door: Door) -> list[tuple[str, int]]:
    refused = [(f"refused_{code}", count) for code, count in sorted(door.refused.items())]
    return [
        ("taken", door.taken),
        ("duplicate", door.duplicate),
        ("unwatched", door.unwatched),
        ("rate_limited", door.rate_limited),
        *refused,
    ]
