"""A workspace: its channel, sources and policy, and the deployment that may hold its graphs."""

from typing import Literal

import msgspec

from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.stream import StreamSettings

Identity = Literal["token", "trace_id", "reveal"]
Ingest = Literal["server", "function"]
Carries = Literal["lit", "listened", "all"]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The privacy and budget rules of one channel. Durations are seconds, rates events per second.

    With `ingest` "function" events never reach this server: a Segment function publishes those that
    `function_carries` selects.
    """

    trace: tuple[str, ...] = ("properties.trace_id", "session", "userId", "anonymousId")
    identity: Identity = "token"
    properties: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    sample: float = 1.0
    max_rate: float = 2000
    token_key: Secret | None = None
    token_rotation: float = 30 * 86400.0
    retention: float = 900.0
    log_entries: int = 100_000
    carried_per_second: float = 500
    test_property: str = ""
    relay: Secret | None = None
    ingest: Ingest = "server"
    function_carries: Carries = "listened"


DEFAULT_POLICY = Policy()


class Channel(msgspec.Struct, frozen=True, order=True):
    """One workspace in one environment: the unit of isolation, with one log and one policy."""

    workspace: str
    env: str

    def __str__(self) -> str:
        return f"{self.workspace}/{self.env}"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A sender of events to one channel.

    `webhook` deliveries are signed with one of `secrets`; `tracking` calls carry `write_key`;
    `kafka` reads its `stream`. With `allow_delete` it can delete people without a signature.
    """

    id: str
    channel: Channel
    kind: Literal["webhook", "tracking", "kafka"]
    secrets: tuple[Secret, ...] = ()
    write_key: Secret | None = None
    allow_unsigned: bool = False
    batch_signature: Literal["first", "whole"] = "first"
    allow_delete: bool = False
    stream: StreamSettings | None = None


class Folders(msgspec.Struct, frozen=True, kw_only=True):
    """The workspace's folders, relative to the repository, with forward slashes and no `..`.

    DagNet's credentials call them `graphsPath`, `eventsPath`, `nodesPath`. All other code names
    files by DagNet's own folders: with `events="definitions"`, `definitions/a.yaml` is
    `events/a.yaml`.
    """

    graphs: str = "graphs"
    events: str = "events"
    nodes: str = "nodes"

    def of(self, name: str) -> str:
        """The actual folder of the one that DagNet calls `name`; any other name is returned
        unchanged.
        """
        return {"graphs": self.graphs, "events": self.events, "nodes": self.nodes}.get(name, name)

    def actual(self, path: str) -> str:
        """The actual path of a file whose `path` uses DagNet's folder names."""
        folder, slash, name = path.partition("/")
        return f"{self.of(folder)}/{name}" if slash else path

    def known(self, path: str) -> str:
        """The reverse of `actual`: the path in DagNet's folder names."""
        folder, _, name = path.rpartition("/")
        for own in ("graphs", "events", "nodes"):
            if folder == self.of(own):
                return f"{own}/{name}"
        return path


DEFAULT_FOLDERS = Folders()


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """A DagNet deployment that serves graphs at `/api/graph`.

    Each of `names` is fetched from `url` every `interval` seconds. `branch` "" leaves the branch to
    the deployment. `secret` is DagNet's; `bearer` is for a proxy in front of it.
    """

    url: str
    names: tuple[str, ...]
    branch: str = ""
    secret: Secret | None = None
    bearer: Secret | None = None
    interval: float = 60.0


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace's configuration; `path` is a DagNet data repository on this machine.

    With a `deployment` the graphs come from there; `path` then holds definitions of events and
    nodes alone, and is "" if there are none. `viewer_keys` are shared with back ends of hosts,
    which sign viewer tokens by them. `show_followers` lets people see who follows which trace.
    """

    channel: Channel
    path: str
    folders: Folders = DEFAULT_FOLDERS
    deployment: Deployment | None = None
    policy: Policy = DEFAULT_POLICY
    sources: tuple[Source, ...] = ()
    viewer_keys: tuple[Secret, ...] = ()
    show_followers: bool = True
