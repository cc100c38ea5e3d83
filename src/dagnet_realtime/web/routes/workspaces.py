"""What there is to watch: workspaces, their graphs, and who asks."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dagnet_realtime.core.times import iso
from dagnet_realtime.hub.stream_reader import StreamReaders, StreamStatus
from dagnet_realtime.model.access import Role
from dagnet_realtime.model.graph import Catalogue, FileError, Graph
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Ingest, Source, Workspace
from dagnet_realtime.ports.runtime import GraphSource
from dagnet_realtime.ports.storage import DeletionTimes
from dagnet_realtime.web.asgi import ROOT_PATH, person_of
from dagnet_realtime.web.auth.request import Authenticator, Person
from dagnet_realtime.web.openapi import Operation, OperationRoute, ResponseSpec
from dagnet_realtime.web.responses import json_response
from dagnet_realtime.web.routes.ingest import WEBHOOK_PREFIX


class GraphSummary(msgspec.Struct, frozen=True):
    """A graph in a list; `can_light` counts the nodes that an event can light."""

    name: str
    title: str
    version: str
    nodes: int
    edges: int
    can_light: int


class SourceAddress(msgspec.Struct, frozen=True):
    """Where a source delivers to."""

    id: str
    kind: Literal["webhook", "tracking"]
    url: str


class WorkspaceListing(msgspec.Struct, frozen=True):
    """A workspace as one person may see it; `relay` says whether it has a provider.

    `message_key` is the key of the digests of message ids, for those who may follow: with it a page
    recognises its own browser's events. With `ingest` "function" Segment publishes the events to
    the provider, past this server.
    `streams` are the ids of sources that read a stream, for administrators: the route `streams`
    says how they do. `earlier_since` is since when no person was deleted: sessions of the
    workspace that a browser keeps from before must be dropped. None: it may keep none.
    `undeleted_since` is the same time for labels of traces, for those who may follow, whether
    sessions may be kept or not. None: this server does not hear of all deletions. Both are unset if
    that is not known now.
    """

    id: str
    env: str
    graphs: tuple[GraphSummary, ...]
    errors: tuple[FileError, ...]
    relay: bool
    ingest: Ingest
    sources: tuple[SourceAddress, ...]
    role: Role | None
    message_key: str | None = None
    streams: tuple[str, ...] = ()
    earlier_since: str | msgspec.UnsetType | None = None
    undeleted_since: str | msgspec.UnsetType | None = None


class Workspaces(msgspec.Struct, frozen=True):
    """All workspaces that the person may watch."""

    workspaces: tuple[WorkspaceListing, ...]


class Graphs(msgspec.Struct, frozen=True):
    """The graphs of one workspace, and its files that cannot be read."""

    graphs: tuple[GraphSummary, ...]
    errors: tuple[FileError, ...]


class Me(msgspec.Struct, frozen=True):
    """The signed-in person, and what they `can` on at least one channel.

    `push` is False if the server keeps no connection open, so that clients must poll. The access
    token lapses at `expires_at`, None if never; a cookie says nothing of its end.
    """

    person: str
    access: str
    can: tuple[Role | Literal["send"], ...]
    demo: bool
    version: str
    push: bool
    expires_at: str | None = None


class StreamPartition(msgspec.Struct, frozen=True):
    """A partition of a topic and its state. `owner` is the process that reads it, or "".

    `lag` is the age of the oldest unread record in seconds, `behind` the number of offsets before
    the end, `fetched_at` the broker's last response (ms since 1970, 0 if there was none). `read`,
    `refused` by code, `others` (events of other sources) and `gaps` (times that records were left
    unread) count since Realtime was switched on.
    """

    topic: str
    partition: int
    owner: str
    offset: int | None = None
    lag: float = 0.0
    behind: int = 0
    fetched_at: int = 0
    read: int = 0
    refused: dict[str, int] = {}
    others: int = 0
    gaps: int = 0
    trouble: str = ""


class StreamListing(msgspec.Struct, frozen=True):
    """A source that reads a stream. `trouble` says why this process cannot read it, or is ""."""

    source: str
    connected: bool
    watched: bool
    trouble: str
    partitions: tuple[StreamPartition, ...]


class Streams(msgspec.Struct, frozen=True):
    """The streams of one workspace."""

    streams: tuple[StreamListing, ...]


LIST = Operation(
    method="GET",
    path="/api/workspaces",
    operation_id="workspaces",
    tag="Graphs",
    summary="The workspaces",
    responses={200: ResponseSpec("The workspaces", Workspaces)},
    cross_origin=True,
)
GRAPHS = Operation(
    method="GET",
    path="/api/workspaces/{id}/{env}/graphs",
    operation_id="graphs",
    tag="Graphs",
    summary="The graphs of a workspace",
    responses={200: ResponseSpec("The graphs", Graphs)},
    problems=("not_found",),
    cross_origin=True,
)
GRAPH = Operation(
    method="GET",
    path="/api/workspaces/{id}/{env}/graphs/{name}",
    operation_id="graph",
    tag="Graphs",
    summary="A graph with its matching table",
    responses={200: ResponseSpec("The graph", Graph)},
    problems=("not_found",),
    cross_origin=True,
)
STREAMS = Operation(
    method="GET",
    path="/api/workspaces/{id}/{env}/streams",
    operation_id="streams",
    tag="Operations",
    summary="The partitions that a workspace's sources read, and how that does",
    responses={200: ResponseSpec("The streams", Streams)},
    problems=("not_found", "unavailable"),
)
ME = Operation(
    method="GET",
    path="/api/me",
    operation_id="me",
    tag="Access",
    summary="Who asks, and what they may do",
    responses={200: ResponseSpec("The person", Me)},
    cross_origin=True,
)
WORKSPACE_OPERATIONS = (LIST, GRAPHS, GRAPH, STREAMS, ME)


def workspace_routes(
    workspaces: Sequence[Workspace],
    graphs: GraphSource,
    access: Authenticator,
    *,
    public_url: str,
    demo: bool,
    version: str,
    push: bool = True,
    message_key: Callable[[Channel], bytes] | None = None,
    streams: StreamReaders | None = None,
    deletions: DeletionTimes | None = None,
    earlier_sessions: bool = False,
) -> list[OperationRoute]:
    """`/api/workspaces`, the routes under it, and `/api/me`.

    `public_url` is "" if clients reach the server by the address of their own requests. Browsers
    may keep `earlier_sessions` if there are `deletions`.
    """

    async def undeleted_since(workspace: Workspace) -> str | msgspec.UnsetType | None:
        """Not where people are deleted without this server: in a function, or in a stream that it
        does not read while nothing is watched.
        """
        if deletions is None or workspace.policy.ingest != "server":
            return None
        if any(source.stream is not None for source in workspace.sources):
            return None
        try:
            return iso(await deletions.known_since(workspace.channel))
        except Problem:
            return msgspec.UNSET

    async def all_of_them(request: Request) -> Response:
        base = public_url.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"
        base += request.scope.get(ROOT_PATH, "")
        person = person_of(request.scope)
        seen = [one for one in workspaces if person.has_role("watch", one.channel)]
        return json_response(
            Workspaces(
                tuple(
                    [
                        _workspace(
                            one,
                            graphs.catalogue(one.channel.workspace),
                            base,
                            person,
                            message_key,
                            await undeleted_since(one),
                            earlier_sessions=earlier_sessions,
                        )
                        for one in seen
                    ]
                )
            )
        )

    async def of_one(request: Request) -> Response:
        catalogue = _catalogue(request)
        return json_response(Graphs(_graphs(catalogue), catalogue.errors))

    async def one(request: Request) -> Response:
        name = request.path_params["name"]
        graph = _catalogue(request).graphs.get(name)
        if graph is None:
            raise Problem(
                "not_found",
                "No such graph",
                f"There is no graph “{name[:80]}”",
                "Open one of those listed",
            )
        return json_response(graph)

    async def of_streams(request: Request) -> Response:
        channel = Channel(request.path_params["id"], request.path_params["env"])
        person = person_of(request.scope)
        person.require("administer", channel)
        _catalogue(request)
        readers = streams.of(channel) if streams is not None else ()
        return json_response(Streams(tuple([_stream(await reader.status()) for reader in readers])))

    async def me(request: Request) -> Response:
        person = person_of(request.scope)
        until = iso(person.expires_at) if person.expires_at is not None else None
        return json_response(
            Me(person.name, access.mode, person.capabilities, demo, version, push, until)
        )

    def _catalogue(request: Request) -> Catalogue:
        id, env = request.path_params["id"], request.path_params["env"]
        person = person_of(request.scope)
        person.require("watch", Channel(id, env))
        if not any((one.channel.workspace, one.channel.env) == (id, env) for one in workspaces):
            raise Problem(
                "not_found",
                "No such workspace",
                f"There is no workspace “{id[:80]}/{env[:80]}” here",
                "Open one of those listed",
            )
        return graphs.catalogue(id)

    return [
        OperationRoute(LIST, all_of_them),
        OperationRoute(GRAPHS, of_one),
        OperationRoute(GRAPH, one),
        OperationRoute(STREAMS, of_streams),
        OperationRoute(ME, me),
    ]


def _workspace(
    workspace: Workspace,
    catalogue: Catalogue,
    base: str,
    person: Person,
    message_key: Callable[[Channel], bytes] | None,
    undeleted_since: str | msgspec.UnsetType | None,
    *,
    earlier_sessions: bool,
) -> WorkspaceListing:
    """The workspace as the person may see it.

    Only administrators see the address of a source that accepts unsigned deliveries.
    """
    sends = person.has_role("administer", workspace.channel)
    follows = person.has_role("follow", workspace.channel)
    sources = [source for source in workspace.sources if sends or not source.allow_unsigned]
    return WorkspaceListing(
        id=workspace.channel.workspace,
        env=workspace.channel.env,
        graphs=_graphs(catalogue),
        errors=catalogue.errors,
        relay=workspace.policy.relay is not None and workspace.policy.ingest == "server",
        ingest=workspace.policy.ingest,
        sources=tuple(
            SourceAddress(one.id, one.kind, base + _path(one))
            for one in sources
            if one.kind != "kafka"
        ),
        role=person.role(workspace.channel),
        streams=tuple(one.id for one in workspace.sources if sends and one.stream is not None),
        message_key=message_key(workspace.channel).hex() if message_key and follows else None,
        earlier_since=undeleted_since if earlier_sessions else None,
        undeleted_since=undeleted_since if follows else None,
    )


def _stream(status: StreamStatus) -> StreamListing:
    found = []
    for partition, owned in sorted(status.partitions.items()):
        place = owned.checkpoint
        shown = StreamPartition(partition.topic, partition.number, owned.owner)
        if place is not None:
            shown = StreamPartition(
                topic=partition.topic,
                partition=partition.number,
                owner=owned.owner,
                offset=place.offset,
                lag=place.lag,
                behind=place.behind,
                fetched_at=place.fetched_at,
                read=place.read,
                refused=dict(place.refused),
                others=place.others,
                gaps=place.jumps,
                trouble=place.trouble,
            )
        found.append(shown)
    return StreamListing(
        status.source, status.connected, status.watched, status.trouble, tuple(found)
    )


def _graphs(catalogue: Catalogue) -> tuple[GraphSummary, ...]:
    return tuple(_summary(graph) for graph in catalogue.graphs.values())


def _summary(graph: Graph) -> GraphSummary:
    can_light = len({listen.node for listen in graph.listens})
    return GraphSummary(
        graph.name, graph.title, graph.version, len(graph.nodes), len(graph.edges), can_light
    )


def _path(source: Source) -> str:
    return WEBHOOK_PREFIX + source.id if source.kind == "webhook" else "/v1"
