"""Builds the configuration from the tables of the file, checking what single keys cannot.

`assemble` builds all of it; a section each for graphs, access, the default workspace, and
workspaces with their sources. Every refusal is a `Problem("invalid")` that names the line and the
key.
"""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import msgspec

from dagnet_realtime.config.config import (
    AccessConfig,
    Config,
    ProviderConfig,
    ProxyConfig,
    ServerConfig,
)
from dagnet_realtime.config.file import (
    AccessTable,
    FileTables,
    ServerTable,
    SourceTable,
    WorkspaceTable,
)
from dagnet_realtime.config.folders import parse_folders
from dagnet_realtime.config.sources import ResolveContext, is_loopback_host, seconds
from dagnet_realtime.config.tables import SourceLocation
from dagnet_realtime.config.urls import check_relay_url, parse_other_origin, parse_public_url
from dagnet_realtime.core.stream_records import valid_shape
from dagnet_realtime.model.access import RoleBinding, Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.protocol import PROXY_SECRET_HEADER
from dagnet_realtime.model.stream import Only, StreamSettings
from dagnet_realtime.model.workspace import (
    DEFAULT_FOLDERS,
    DEFAULT_POLICY,
    Channel,
    Deployment,
    Folders,
    Policy,
    Source,
    Workspace,
)
from dagnet_realtime.viewer_token import MIN_KEY_BYTES

ROUTE = "/api/graph"
MAX_VIEWER_KEYS = 4  # of a workspace; each is tried with every token
MAX_ORIGINS = 50  # in a list of [server]; each stands in headers
MAX_GRAPHS = 50  # of one workspace; each is a request per interval
MIN_INTERVAL_SECONDS = 5.0  # DagNet requests GitHub for each graph, which limits its rate
_DEPLOYMENT_KEYS = ("graphs", "graphs_branch", "graphs_secret", "graphs_bearer")


def deployment(
    table: WorkspaceTable, at: tuple[str | int, ...], around: ResolveContext
) -> Deployment | None:
    """The deployment that gives a workspace its graphs; None if they are files.

    Raises `Problem("invalid")` if the address is unsafe or names no graph.
    """
    if not table.graphs_url:
        for key in _DEPLOYMENT_KEYS:
            if getattr(table, key):
                raise Problem(
                    "invalid",
                    f"{around.place.of((*at, key))}: `{key}` needs `graphs_url`",
                    remedy="Name the deployment too",
                )
        return None
    return Deployment(
        url=_address(table.graphs_url, around.place.of((*at, "graphs_url"))),
        names=_names(table.graphs, around.place.of((*at, "graphs"))),
        branch=table.graphs_branch,
        secret=_secret(table.graphs_secret, (*at, "graphs_secret"), around),
        bearer=_secret(table.graphs_bearer, (*at, "graphs_bearer"), around),
        interval=_interval(table.graphs_every, around.place.of((*at, "graphs_every"))),
    )


def _secret(written: str, path: tuple[str | int, ...], around: ResolveContext) -> Secret | None:
    if not written:
        return None
    found = around.secret(written, *path)
    if not all(0x21 <= sign <= 0x7E for sign in found.reveal()):
        raise Problem(
            "invalid",
            f"{around.place.of(path)}: expected ASCII letters, digits and signs without blanks",
        )
    return found


def _address(written: str, where: str) -> str:
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = SplitResult("", "", "", "", ""), ""
    if not host or not (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback_host(host))
    ):
        remedy = (
            "Give a deployment such as https://dagnet.example.com; http:// is for loopback only"
        )
        raise Problem("invalid", f"{where}: expected an https:// address", remedy=remedy)
    if parts.username is not None or parts.query or parts.fragment:
        remedy = (
            "Put secrets into `graphs_secret` or `graphs_bearer`, the branch into `graphs_branch`"
        )
        raise Problem(
            "invalid", f"{where}: the address may hold a host and a path only", remedy=remedy
        )
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path if path.endswith(ROUTE) else path + ROUTE}"


def _names(written: tuple[str, ...], where: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.removesuffix(".json") for name in written))
    if not names:
        raise Problem(
            "invalid",
            f"{where}: no graph is named",
            "A deployment has no list of its graphs",
            'Name them, e.g. graphs = ["checkout"]',
        )
    if len(names) > MAX_GRAPHS:
        raise Problem(
            "invalid", f"{where}: {len(names)} graphs are named, expected at most {MAX_GRAPHS}"
        )
    for name in names:
        if (
            not 0 < len(name) <= 128
            or "/" in name
            or name.startswith((".", "#", "~"))
            or not name.isprintable()
        ):
            raise Problem(
                "invalid",
                f"{where}: one of the names is no name of a graph",
                remedy="Give the names of the files without their folder",
            )
    return names


def _interval(written: str, where: str) -> float:
    found = seconds(written) or 0.0
    if found < MIN_INTERVAL_SECONDS:
        raise Problem(
            "invalid", f"{where}: found {written}, expected at least {MIN_INTERVAL_SECONDS:g}s"
        )
    return found


GITHUB = "https://github.com"
MIN_PROXY_SECRET = 16  # characters
DEFAULT_SCOPES = ("openid", "email", "profile")


def access_of(table: AccessTable, folder: Path) -> AccessConfig:
    """The access configuration without its secrets; `folder` is the base of relative paths."""
    github = table.provider == "github"
    provider = ProviderConfig(
        kind=table.provider,
        issuer=(table.issuer or (GITHUB if github else "")).rstrip("/") if github else table.issuer,
        client_id=table.client_id,
        scopes=table.scopes or (() if github else DEFAULT_SCOPES),
        claim=table.claim,
        groups=table.groups_claim,
    )
    return AccessConfig(
        mode=table.mode,
        tokens=str(folder / table.tokens) if table.tokens else "",
        audit=str(folder / table.audit) if table.audit else "",
        session=seconds(table.session) or 0.0,
        earlier_sessions=table.earlier_sessions == "on"
        or (table.earlier_sessions == "auto" and table.mode == "local"),
        proxy=ProxyConfig(
            header=table.proxy_header, groups=table.proxy_groups, trusted=table.proxy_from
        ),
        provider=provider,
        grants=tuple(
            RoleBinding(who=grant.who, role=grant.role, on=grant.on) for grant in table.grant
        ),
    )


def with_secrets(
    access: AccessConfig, table: AccessTable, server: ServerConfig, around: ResolveContext
) -> AccessConfig:
    """`access` with its secrets. Raises `Problem("invalid")` if the mode needs a missing key."""
    for key in _NEEDED[table.mode]:
        if not getattr(table, key):
            raise Problem(
                "invalid",
                f'{around.place.of(("access",))}: mode "{table.mode}" needs `{key}`',
                remedy=_WHY[key],
            )
    if table.mode == "proxy":
        _check_networks(table, around)
        _check_headers(table, around)
    if table.mode == "oidc":
        _check_issuer(access, server, around)
    if not access.session:
        raise Problem(
            "invalid",
            f"{around.place.of(('access', 'session'))}: a sign-in of no duration ends at once",
        )
    secret = (
        around.secret(table.client_secret, "access", "client_secret")
        if table.client_secret
        else None
    )
    cookie_key = (
        around.secret(table.cookie_key, "access", "cookie_key") if table.cookie_key else None
    )
    return msgspec.structs.replace(
        access,
        cookie_key=cookie_key,
        provider=msgspec.structs.replace(access.provider, client_secret=secret),
        proxy=msgspec.structs.replace(access.proxy, secret=_proxy_secret(table, around)),
    )


_HEADER = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,100}")
_NEEDED = {
    "local": (),
    "token": ("tokens",),
    "proxy": ("proxy_header", "proxy_from", "proxy_secret", "grant"),
    "oidc": ("client_id", "grant"),
}
_WHY = {
    "tokens": (
        'Name a file, e.g. tokens = "tokens.json", and make tokens with '
        "`dagnet-realtime token create`"
    ),
    "proxy_header": "Name the header in which the proxy gives the signed-in person",
    "proxy_from": 'Give the addresses of the proxy, e.g. ["10.0.0.5"]',
    "proxy_secret": (
        "Make one with `openssl rand -hex 32`, give it as e.g. proxy_secret = "
        '"env:REALTIME_PROXY_SECRET", and let the proxy send it '
        "in the header X-Realtime-Proxy-Secret (docs/how-to/deployment.md)"
    ),
    "client_id": "Register this server at the identity provider, and give the id that it assigns",
    "grant": "Say in [[access.grant]] who may watch; without a grant no one may",
}


def _proxy_secret(table: AccessTable, around: ResolveContext) -> Secret | None:
    if not table.proxy_secret:
        return None
    found = around.secret(table.proxy_secret, "access", "proxy_secret")
    if len(found.reveal()) < MIN_PROXY_SECRET or not all(
        0x21 <= sign <= 0x7E for sign in found.reveal()
    ):
        where, remedy = (
            around.place.of(("access", "proxy_secret")),
            "Make one with `openssl rand -hex 32`",
        )
        raise Problem(
            "invalid",
            f"{where}: expected {MIN_PROXY_SECRET} or more ASCII letters, digits and signs "
            "without blanks",
            "",
            remedy,
        )
    return found


def _check_networks(table: AccessTable, around: ResolveContext) -> None:
    for index, network in enumerate(table.proxy_from):
        try:
            ipaddress.ip_network(network)
        except ValueError:
            where = around.place.of(("access", "proxy_from", index))
            raise Problem(
                "invalid",
                f'{where}: found "{network}", expected an address or a network such as 10.0.0.0/8',
            ) from None


def _check_headers(table: AccessTable, around: ResolveContext) -> None:
    reserved = {PROXY_SECRET_HEADER, "authorization", "cookie", "host", "origin"}
    for key in ("proxy_header", "proxy_groups"):
        name = getattr(table, key).lower()
        if name and (not _HEADER.fullmatch(name) or name in reserved):
            remedy = "Use a header of its own, e.g. x-forwarded-email and x-forwarded-groups"
            raise Problem(
                "invalid",
                f"{around.place.of(('access', key))}: this header cannot be used",
                f"Found “{name}”",
                remedy,
            )
        reserved.add(name)


def _check_issuer(access: AccessConfig, server: ServerConfig, around: ResolveContext) -> None:
    if not server.public_url:
        place = around.place.of(("access",))
        raise Problem(
            "invalid",
            f'{place}: mode "oidc" needs `public_url` under [server]',
            remedy="The identity provider sends people back there",
        )
    issuer = urlsplit(access.provider.issuer)
    loopback = issuer.hostname in ("127.0.0.1", "localhost", "::1")
    if (
        not (issuer.scheme == "https" or (issuer.scheme == "http" and loopback))
        or not issuer.netloc
    ):
        raise Problem(
            "invalid",
            f"{around.place.of(('access', 'issuer'))}: expected the https:// address of an "
            "identity provider",
        )


def default_workspace(
    folder: Path,
    chance: Callable[[int], bytes],
    *,
    properties: tuple[str, ...] = DEFAULT_POLICY.properties,
    folders: Folders = DEFAULT_FOLDERS,
) -> Workspace:
    """The workspace of `serve --workspace`: named after `folder`, env `local`.

    Its sources are `webhook` and `tracking`, with secrets from `chance(n)`, n random bytes. Raises
    `Problem("not_found")` if there is no such folder, `Problem("invalid")` if it has no graphs.
    """
    path = folder.expanduser().resolve()
    if not path.is_dir():
        raise Problem(
            "not_found",
            f"There is no folder {path}",
            remedy="Name a DagNet data repository: a folder that holds graphs/",
        )
    if not (path / folders.graphs).is_dir():
        remedy = (
            f"Name the folder that holds {folders.graphs}/, or give its name with --graphs-path"
        )
        raise Problem(
            "invalid",
            f"{path} is not a DagNet data repository",
            f"It has no folder {folders.graphs}/",
            remedy,
        )
    channel = Channel(re.sub(r"[^A-Za-z0-9._-]+", "-", path.name) or "workspace", "local")
    sources = (
        Source(id="webhook", channel=channel, kind="webhook", secrets=(Secret(chance(16).hex()),)),
        Source(id="tracking", channel=channel, kind="tracking", write_key=Secret(chance(12).hex())),
    )
    policy = Policy(properties=properties)
    return Workspace(
        channel=channel, path=str(path), folders=folders, policy=policy, sources=sources
    )


LOG_SCHEMES = (
    "memory",
    "redis",
    "rediss",
    "redis+sentinel",
    "redis+cluster",
    "rediss+sentinel",
    "rediss+cluster",
)


def assemble(tables: FileTables, around: ResolveContext) -> Config:
    """The configuration of `tables`.

    Raises `Problem("invalid")` if keys contradict each other, or a path or reference leads nowhere.
    """
    local = tables.access.mode == "local"
    server = _server(tables.server, local, around)
    workspaces = tuple(
        _workspace(table, index, local, server.public_url, around)
        for index, table in enumerate(tables.workspace)
    )
    _distinct(workspaces, around.place)
    access = with_secrets(access_of(tables.access, around.folder), tables.access, server, around)
    return Config(server=server, access=access, workspaces=workspaces)


def _server(table: ServerTable, local: bool, around: ResolveContext) -> ServerConfig:
    if local and not is_loopback_host(table.host):
        place = around.place.of(("server", "host"))
        remedy = 'Listen on 127.0.0.1, or choose an [access] mode other than "local"'
        raise Problem(
            "invalid",
            f'{place}: "{table.host}" is not loopback, and access mode "local" allows loopback '
            "only",
            remedy=remedy,
        )
    log = around.secret(table.log, "server", "log").reveal().decode()
    if urlsplit(log).scheme not in LOG_SCHEMES:
        place = around.place.of(("server", "log"))
        raise Problem(
            "invalid",
            f'{place}: expected "memory://" or a redis:// URL',
            remedy="See docs/reference/configuration.md",
        )
    public_url = (
        parse_public_url(table.public_url, around.place.of(("server", "public_url")))
        if table.public_url
        else ""
    )
    return ServerConfig(
        host=table.host,
        port=table.port,
        log=log,
        public_url=public_url,
        assets=str(around.folder / table.assets) if table.assets else "",
        origins=_origins(table.origins, "origins", around),
        framed_by=_origins(table.framed_by, "framed_by", around),
    )


def _origins(written: tuple[str, ...], key: str, around: ResolveContext) -> tuple[str, ...]:
    if len(written) > MAX_ORIGINS:
        place = around.place.of(("server", key))
        raise Problem(
            "invalid", f"{place}: {len(written)} origins are listed, expected at most {MAX_ORIGINS}"
        )
    places = [around.place.of(("server", key, index)) for index in range(len(written))]
    return tuple(dict.fromkeys(map(parse_other_origin, written, places)))


def _workspace(
    table: WorkspaceTable, index: int, local: bool, public_url: str, around: ResolveContext
) -> Workspace:
    at = ("workspace", index)
    remote = deployment(table, at, around)
    path = _folder(table, at, around) if table.path or remote is None else ""
    channel = Channel(table.id, table.env)
    if table.ingest == "function":
        _check_function(table, at, around)
    sources = tuple(
        _source(source, channel, (*at, "source", number), around)
        for number, source in enumerate(table.source)
    )
    return Workspace(
        channel=channel,
        path=path,
        folders=parse_folders(table, at, around),
        deployment=remote,
        policy=_policy(table, at, local, public_url, around),
        sources=sources,
        viewer_keys=_viewer_keys(table, at, around),
        show_followers=table.show_followers,
    )


def _viewer_keys(
    table: WorkspaceTable, at: tuple[str | int, ...], around: ResolveContext
) -> tuple[Secret, ...]:
    if len(table.viewer_keys) > MAX_VIEWER_KEYS:
        place = around.place.of((*at, "viewer_keys"))
        raise Problem(
            "invalid",
            f"{place}: {len(table.viewer_keys)} keys, expected at most {MAX_VIEWER_KEYS}",
            remedy="Take out those that no back end signs with any more",
        )
    keys = []
    for index, written in enumerate(table.viewer_keys):
        key = around.secret(written, *at, "viewer_keys", index)
        if len(key.reveal()) < MIN_KEY_BYTES:
            place = around.place.of((*at, "viewer_keys", index))
            raise Problem(
                "invalid",
                f"{place}: expected {MIN_KEY_BYTES} characters or more",
                "A shorter key could be guessed from a token",
                "Make one with `openssl rand -hex 32`",
            )
        keys.append(key)
    return tuple(keys)


def _folder(table: WorkspaceTable, at: tuple[str | int, ...], around: ResolveContext) -> str:
    if not table.path:
        remedy = "Name a DagNet data repository on this machine, or a deployment as `graphs_url`"
        raise Problem("invalid", f"{around.place.of(at)}: `path` is missing", remedy=remedy)
    folder = (around.folder / Path(table.path).expanduser()).resolve()
    if not folder.is_dir():
        raise Problem(
            "invalid",
            f"{around.place.of((*at, 'path'))}: there is no folder {folder}",
            remedy="Name a DagNet data repository",
        )
    return str(folder)


def _check_function(
    table: WorkspaceTable, at: tuple[str | int, ...], around: ResolveContext
) -> None:
    """Raises `Problem("invalid")` if a key does not go with `ingest = "function"`."""
    for wrong, key, remedy in (
        (not table.relay, "relay", "Name the provider that the function publishes to"),
        (
            not table.token_key,
            "token_key",
            "The function makes the pseudonyms with this key: e.g. env:REALTIME_TOKEN_KEY",
        ),
        (
            table.identity == "reveal",
            "identity",
            "A provider never carries revealed identities: choose token or trace_id",
        ),
        (
            bool(table.source),
            "source",
            "Segment publishes to the provider, so a source here has no effect. Leave it out",
        ),
    ):
        if wrong:
            raise Problem(
                "invalid",
                f'{around.place.of((*at, key))}: `{key}` does not go with `ingest = "function"`',
                remedy=remedy,
            )


def _policy(
    table: WorkspaceTable,
    at: tuple[str | int, ...],
    local: bool,
    public_url: str,
    around: ResolveContext,
) -> Policy:
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


def _relay(
    table: WorkspaceTable, path: tuple[str | int, ...], public_url: str, around: ResolveContext
) -> Secret | None:
    return (
        check_relay_url(around.secret(table.relay, *path), around.place.of(path), public_url)
        if table.relay
        else None
    )


def _positive(text: str, path: tuple[str | int, ...], around: ResolveContext) -> float:
    if not (found := seconds(text)):
        raise Problem(
            "invalid",
            f"{around.place.of(path)}: the duration must be above 0",
            remedy='Give one such as "15m"',
        )
    return found


def _source(
    table: SourceTable, channel: Channel, path: tuple[str | int, ...], around: ResolveContext
) -> Source:
    where = around.place.of(path)
    if table.kind == "tracking" and not table.write_key:
        raise Problem(
            "invalid",
            f"{where}: a tracking source needs a `write_key`",
            remedy="Give the key that the SDK sends",
        )
    if table.kind == "webhook" and not table.secrets and not table.allow_unsigned:
        remedy = "Give `secrets`, the shared secret set in Segment, or say `allow_unsigned = true`"
        raise Problem("invalid", f"{where}: a webhook source needs `secrets`", remedy=remedy)
    stream = _stream(table, path, around)
    return Source(
        id=table.id,
        channel=channel,
        kind=table.kind,
        secrets=tuple(around.secret(written, *path, "secrets") for written in table.secrets),
        write_key=around.secret(table.write_key, *path, "write_key") if table.write_key else None,
        allow_unsigned=table.allow_unsigned,
        batch_signature=table.batch_signature,
        allow_delete=table.allow_delete,
        stream=stream,
    )


_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_SERVER = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:]+\]):([0-9]{1,5})")
_NOT_KAFKA = ("secrets", "write_key", "allow_unsigned")
_KAFKA = (
    "servers",
    "topics",
    "only_write_keys",
    "only_source_ids",
    "username",
    "password",
    "ca",
    "certificate",
    "key",
)


def _stream(
    table: SourceTable, path: tuple[str | int, ...], around: ResolveContext
) -> StreamSettings | None:
    """What a source of kind `kafka` reads; None for any other. Raises `Problem("invalid")`."""
    kafka = table.kind == "kafka"
    for key in _NOT_KAFKA if kafka else _KAFKA:
        if getattr(table, key):
            mismatch = f'`{key}` does not go with kind = "{table.kind}"'
            raise Problem(
                "invalid",
                f"{around.place.of((*path, key))}: {mismatch}",
                remedy="Leave it out, or correct `kind`",
            )
    if not kafka:
        return None
    for key, shape, example in (
        ("servers", _SERVER, "b1.example.com:9092"),
        ("topics", _TOPIC, "segment.events"),
    ):
        found = getattr(table, key)
        if not found:
            raise Problem(
                "invalid",
                f'{around.place.of(path)}: a source of kind "kafka" needs `{key}`',
                remedy=f'E.g. ["{example}"]',
            )
        for index, one in enumerate(found):
            if not shape.fullmatch(one) or (
                key == "servers" and int(one.rpartition(":")[2]) > 65535
            ):
                raise Problem(
                    "invalid",
                    f'{around.place.of((*path, key, index))}: found "{one}"',
                    f"Expected such as {example}",
                )
    if not valid_shape(table.shape):
        remedy = 'Expected "auto", "event", "batch", or a JSON pointer such as "/data/event"'
        raise Problem(
            "invalid", f'{around.place.of((*path, "shape"))}: found "{table.shape}"', "", remedy
        )
    _check_security(table, path, around)
    return StreamSettings(
        servers=table.servers,
        topics=tuple(dict.fromkeys(table.topics)),
        shape=table.shape,
        only=Only(
            frozenset(
                around.secret(written, *path, "only_write_keys").reveal().decode()
                for written in table.only_write_keys
            ),
            frozenset(table.only_source_ids),
        ),
        behind=_positive(table.behind, (*path, "behind"), around),
        security=table.security,
        mechanism=table.mechanism,
        username=around.secret(table.username, *path, "username") if table.username else None,
        password=around.secret(table.password, *path, "password") if table.password else None,
        ca=_pem(table.ca, (*path, "ca"), around),
        certificate=_pem(table.certificate, (*path, "certificate"), around),
        key=_pem(table.key, (*path, "key"), around),
    )


def _check_security(
    table: SourceTable, path: tuple[str | int, ...], around: ResolveContext
) -> None:
    """Raises `Problem("invalid")` if the keys of TLS and SASL contradict each other."""
    sasl, tls = table.security.startswith("sasl"), table.security.endswith("ssl")
    for key, wanted in (("username", sasl), ("password", sasl)):
        if bool(getattr(table, key)) != wanted:
            mismatch = (
                f'security = "{table.security}" needs `{key}`'
                if wanted
                else f'`{key}` does not go with security = "{table.security}"'
            )
            where = around.place.of(path if wanted else (*path, key))
            raise Problem(
                "invalid",
                f"{where}: {mismatch}",
                remedy='Set `security` to "sasl_ssl" for a user and a password over TLS',
            )
    for key in ("ca", "certificate", "key"):
        if getattr(table, key) and not tls:
            mismatch = f'`{key}` does not go with security = "{table.security}"'
            raise Problem(
                "invalid",
                f"{around.place.of((*path, key))}: {mismatch}",
                remedy='Set `security` to "ssl" or "sasl_ssl"',
            )
    if table.key and not table.certificate:
        raise Problem(
            "invalid",
            f"{around.place.of((*path, 'key'))}: `key` needs `certificate`",
            remedy="Name the certificate too",
        )


def _pem(written: str, path: tuple[str | int, ...], around: ResolveContext) -> str:
    if not written:
        return ""
    file = (around.folder / Path(written).expanduser()).resolve()
    if not file.is_file():
        raise Problem(
            "invalid", f"{around.place.of(path)}: there is no file {file}", remedy="Name a PEM file"
        )
    return str(file)


def _distinct(workspaces: tuple[Workspace, ...], place: SourceLocation) -> None:
    seen: dict[object, str] = {}
    graphs: dict[str, tuple[str, Folders, Deployment | None]] = {}
    for index, workspace in enumerate(workspaces):
        origin = (workspace.path, workspace.folders, workspace.deployment)
        if graphs.setdefault(workspace.channel.workspace, origin) != origin:
            where = place.of(("workspace", index))
            remedy = (
                "An id is one data repository in all of its environments; give this one an id of "
                "its own"
            )
            raise Problem(
                "invalid",
                f"{where}: {workspace.channel.workspace} has other graphs in another environment",
                remedy=remedy,
            )
        _once(
            seen,
            workspace.channel,
            place.of(("workspace", index, "id")),
            f"the workspace {workspace.channel}",
        )
        for number, source in enumerate(workspace.sources):
            at = ("workspace", index, "source", number)
            _once(seen, source.id, place.of((*at, "id")), f'the source "{source.id}"')
            if source.write_key is not None:
                _once(seen, source.write_key, place.of((*at, "write_key")), "this write key")


def _once(seen: dict[object, str], key: object, where: str, what: str) -> None:
    if key in seen:
        raise Problem(
            "invalid",
            f"{where}: {what} is given twice",
            f"First at {seen[key]}",
            "Each needs its own",
        )
    seen[key] = where
