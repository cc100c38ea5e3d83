"""What every part of a hub needs: workspaces, stores, clock, limits and the task group."""

import asyncio
from collections.abc import Sequence
from random import Random

import msgspec

from dagnet_realtime.hub.sessions import SessionLimits
from dagnet_realtime.model.workspace import Channel, Workspace
from dagnet_realtime.ports.runtime import Clock, GraphSource
from dagnet_realtime.ports.storage import IngestTotals, Log, SessionStore


class HubContext(msgspec.Struct, frozen=True, kw_only=True):
    """The surroundings of a hub, which are made before it.

    `counters` are the ingest counters that viewers see. `random` spreads reconnections.
    `hidden_followers` are the channels in which it is not shown who follows what; a reload of the
    configuration changes them. `tasks` owns every task of the hub, which enters and leaves it.
    """

    workspaces: Sequence[Workspace]
    graphs: GraphSource
    log: Log
    sessions: SessionStore
    counters: IngestTotals
    clock: Clock
    limits: SessionLimits = SessionLimits()
    hidden_followers: set[Channel] = msgspec.field(default_factory=set)
    random: Random = msgspec.field(default_factory=Random)
    tasks: asyncio.TaskGroup = msgspec.field(default_factory=asyncio.TaskGroup)

    def __post_init__(self) -> None:
        self.hidden_followers.update(hidden_followers(self.workspaces))


def hidden_followers(workspaces: Sequence[Workspace]) -> set[Channel]:
    """The channels in which it is not shown who follows what."""
    return {one.channel for one in workspaces if not one.show_followers}
