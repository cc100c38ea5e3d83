"""From the tables a person wrote to the values the program runs by: references resolved, promises between keys checked."""

from pathlib import Path
from urllib.parse import urlsplit

from dagnet_realtime.config.access import access_of, provided
from dagnet_realtime.config.address import public_address
from dagnet_realtime.config.config import Config, ServerConfig
from dagnet_realtime.config.deployment import deployment
from dagnet_realtime.config.duration import seconds
from dagnet_realtime.config.file import FileTables, ServerTable, SourceTable, WorkspaceTable
from dagnet_realtime.config.folders import folders_in
from dagnet_realtime.config.loopback import loopback
from dagnet_realtime.config.relay import checked_relay
from dagnet_realtime.config.surroundings import Surroundings
from dagnet_realtime.config.tables import Place
from dagnet_realtime.model.channel import Channel, Source
from dagnet_realtime.model.deployment import Deployment
from dagnet_realtime.model.folders import Folders
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret
from dagnet_realtime.model.workspace import Workspace

LOGS = ("memory", "redis", "rediss", "redis+sentinel", "redis+cluster", "rediss+sentinel", "rediss+cluster")


def assemble(tables: FileTables, around: Surroundings) -> Config:
    """The configuration; raises `Problem("invalid")` where keys contradict one another or lead nowhere."""
    local = tables.access.mode == "local"
    server = _server(tables.server, local, around)
    workspaces = tuple(_workspace(table, index, local, server.public_url, around) for index, table in enumerate(tables.workspace))
    _distinct(workspaces, around.place)
    access = provided(access_of(tables.access, around.folder), tables.access, server, around)
    return Config(server=server, access=access, workspaces=workspaces)


def _server(table: ServerTable, local: bool, around: Surroundings) -> ServerConfig:
    if local and not loopback(table.host):
        place = around.place.of(("server", "host"))
        remedy = 'Listen on 127.0.0.1, or choose an [access] mode other than "local"'
        raise Problem(
            "invalid", f'{place}: "{table.host}" is not loopback, and access mode "local" is for this machine only', remedy=remedy
        )
    log = around.secret(table.log, "server", "log").reveal().decode()
    if urlsplit(log).scheme not in LOGS:
        place = around.place.of(("server", "log"))
        raise Problem("invalid", f'{place}: expected "memory://" or a redis:// URL', remedy="See docs/configuration.md")
    public_url = public_address(table.public_url, around.place.of(("server", "public_url"))) if table.public_url else ""
    return ServerConfig(
        host=table.host,
        port=table.port,
        log=log,
        public_url=public_url,
        assets=str(around.folder / table.assets) if table.assets else "",
    )


def _workspace(table: WorkspaceTable, index: int, local: bool, public_url: str, around: Surroundings) -> Workspace:
    at = ("workspace", index)
    remote = deployment(table, at, around)
    path = _folder(table, at, around) if table.path or remote is None else ""
    channel = Channel(table.id, table.env)
    if table.ingest == "function":
        _needs_no_server(table, at, around)
    sources = tuple(_source(source, channel, (*at, "source", number), around) for number, source in enumerate(table.source))
    return Workspace(
        channel=channel,
        path=path,
        folders=folders_in(table, at, around),
        deployment=remote,
        policy=_policy(table, at, local, public_url, around),
        sources=sources,
    )


def _folder(table: WorkspaceTable, at: tuple[str | int, ...], around: Surroundings) -> str:
    if not table.path:
        remedy = "Name a DagNet data repository on this machine, or a deployment as `graphs_url`"
        raise Problem("invalid", f"{around.place.of(at)}: `path` is missing", remedy=remedy)
    folder = (around.folder / Path(table.path).expanduser()).resolve()
    if not folder.is_dir():
        raise Problem("invalid", f"{around.place.of((*at, 'path'))}: there is no folder {folder}", remedy="Name a DagNet data repository")
    return str(folder)


def _needs_no_server(table: WorkspaceTable, at: tuple[str | int, ...], around: Surroundings) -> None:
    """Raises `Problem("invalid")` where the function in Segment and this server could not agree, or something would never be heard."""
    for wrong, key, remedy in (
        (not table.relay, "relay", "Name the provider that the function publishes to"),
        (not table.token_key, "token_key", "The function makes the pseudonyms, so it must have the key: e.g. env:REALTIME_TOKEN_KEY"),
        (table.identity == "reveal", "identity", "Nothing that a provider carries is revealed: choose token or trace_id"),
        (bool(table.source), "source", "Events go from Segment to the provider; a source here would never be shown. Leave it out"),
    ):
        if wrong:
            raise Problem("invalid", f'{around.place.of((*at, key))}: `{key}` does not go with `ingest = "function"`', remedy=remedy)


def _policy(table: WorkspaceTable, at: tuple[str | int, ...], local: bool, public_url: str, around: Surroundings) -> Policy:
    if not table.token_key and not local:
        remedy = "Give the same token_key to every process, e.g. env:REALTIME_TOKEN_KEY"
        raise Problem("invalid", f"{around.place.of(at)}: `token_key` is missing", remedy=remedy)
    return Policy(
        trace=table.trace,
        identity=table.identity,
        properties=table.properties,
        deny=table.deny,
        sample=table.sample,
        max_rate=table.max_rate,
        token_key=around.secret(table.token_key, *at, "token_key") if table.token_key else None,
        token_rotation=_positive(table.token_rotation, (*at, "token_rotation"), around),
        retention=_positive(table.retention, (*at, "retention"), around),
        log_entries=table.log_entries,
        carried_per_second=table.carried_per_second,
        test_property=table.test_property,
        relay=_relay(table, (*at, "relay"), public_url, around),
        ingest=table.ingest,
        function_carries=table.function_carries,
    )


def _relay(table: WorkspaceTable, path: tuple[str | int, ...], public_url: str, around: Surroundings) -> Secret | None:
    return checked_relay(around.secret(table.relay, *path), around.place.of(path), public_url) if table.relay else None


def _positive(text: str, path: tuple[str | int, ...], around: Surroundings) -> float:
    if not (found := seconds(text)):
        raise Problem("invalid", f"{around.place.of(path)}: a duration of nothing keeps nothing", remedy='Give one such as "15m"')
    return found


def _source(table: SourceTable, channel: Channel, path: tuple[str | int, ...], around: Surroundings) -> Source:
    where = around.place.of(path)
    if table.kind == "tracking" and not table.write_key:
        raise Problem("invalid", f"{where}: a tracking source needs a `write_key`", remedy="Give the key that the SDK sends")
    if table.kind == "webhook" and not table.secrets and not table.allow_unsigned:
        remedy = "Give `secrets`, the shared secret set in Segment, or say `allow_unsigned = true`"
        raise Problem("invalid", f"{where}: a webhook source needs `secrets`", remedy=remedy)
    return Source(
        id=table.id,
        channel=channel,
        kind=table.kind,
        secrets=tuple(around.secret(written, *path, "secrets") for written in table.secrets),
        write_key=around.secret(table.write_key, *path, "write_key") if table.write_key else None,
        allow_unsigned=table.allow_unsigned,
        batch_signature=table.batch_signature,
        allow_delete=table.allow_delete,
    )


def _distinct(workspaces: tuple[Workspace, ...], place: Place) -> None:
    seen: dict[object, str] = {}
    graphs: dict[str, tuple[str, Folders, Deployment | None]] = {}
    for index, workspace in enumerate(workspaces):
        origin = (workspace.path, workspace.folders, workspace.deployment)
        if graphs.setdefault(workspace.channel.workspace, origin) != origin:
            where = place.of(("workspace", index))
            remedy = "An id is one data repository in all of its environments; give this one an id of its own"
            raise Problem("invalid", f"{where}: {workspace.channel.workspace} has its graphs elsewhere already", remedy=remedy)
        _once(seen, workspace.channel, place.of(("workspace", index, "id")), f"the workspace {workspace.channel}")
        for number, source in enumerate(workspace.sources):
            at = ("workspace", index, "source", number)
            _once(seen, source.id, place.of((*at, "id")), f'the source "{source.id}"')
            if source.write_key is not None:
                _once(seen, source.write_key, place.of((*at, "write_key")), "this write key")


def _once(seen: dict[object, str], key: object, where: str, what: str) -> None:
    if key in seen:
        raise Problem("invalid", f"{where}: {what} is there twice", f"First at {seen[key]}", "Give each its own")
    seen[key] = where
