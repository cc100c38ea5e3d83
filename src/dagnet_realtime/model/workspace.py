"""A workspace: its channel, its sources, its policy, and the deployment that may hold its graphs."""

from typing import Literal

import msgspec

from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.stream import StreamSettings

Identity = Literal["token", "trace_id", "reveal"]
Ingest = Literal["server", "function"]
Carries = Literal["lit", "listened", "all"]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The privacy and budget rules of one channel. Durations are seconds, rates events per second.

    With `ingest` "function" no server hears the events: Segment publishes them itself, those that `function_carries` says.
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
    """One workspace in one environment; the unit of isolation, of one log and of one policy."""

    workspace: str
    env: str

    def __str__(self) -> str:
        return f"{self.workspace}/{self.env}"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends: `webhook` deliveries are signed with one of `secrets`; `tracking` ones carry `write_key`;
    of `kafka` the `stream` is read.

    `allow_delete` lets it delete people without a signature.
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
    """Relative to the repository, with forward slashes and no `..`. DagNet's credentials call them `graphsPath`, `eventsPath`, `nodesPath`.

    Everything else knows a file by DagNet's own folder names: with `events="definitions"`, `definitions/a.yaml` is `events/a.yaml`.
    """

    graphs: str = "graphs"
    events: str = "events"
    nodes: str = "nodes"

    def of(self, name: str) -> str:
        """The folder that DagNet calls `name`; any other name stays as it is."""
        return {"graphs": self.graphs, "events": self.events, "nodes": self.nodes}.get(name, name)

    def actual(self, path: str) -> str:
        """Where `path`, which is known by DagNet's folder names, lies."""
        folder, slash, name = path.partition("/")
        return f"{self.of(folder)}/{name}" if slash else path

    def known(self, path: str) -> str:
        """The reverse of `actual`: how the file that lies at `path` is known."""
        folder, _, name = path.rpartition("/")
        for own in ("graphs", "events", "nodes"):
            if folder == self.of(own):
                return f"{own}/{name}"
        return path


USUAL = Folders()


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """`url` answers as DagNet's `/api/graph` does; it is asked for each of `names` every `interval` seconds.

    `branch` is "" for the deployment's own choice. `secret` is DagNet's; `bearer` is for whatever stands before it.
    """

    url: str
    names: tuple[str, ...]
    branch: str = ""
    secret: Secret | None = None
    bearer: Secret | None = None
    interval: float = 60.0


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """`path` is a DagNet data repository on this machine.

    With a `deployment` the graphs come from there; `path` then holds definitions of events and nodes alone, and is "" where there are none.
    """

    channel: Channel
    path: str
    folders: Folders = USUAL
    deployment: Deployment | None = None
    policy: Policy = DEFAULT_POLICY
    sources: tuple[Source, ...] = ()
