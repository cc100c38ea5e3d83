"""The tables of `realtime.toml`.

Their descriptions become docs/reference/configuration.md and the JSON Schema.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from dagnet_realtime.config.config import AccessMode
from dagnet_realtime.model.access import Role
from dagnet_realtime.model.stream import Mechanism, Security
from dagnet_realtime.model.workspace import DEFAULT_POLICY, Carries, Identity, Ingest

DURATION = r"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$"


def duration_text(seconds: float) -> str:
    """`seconds` as a duration, in the largest unit that gives a whole number, e.g. `15m`."""
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds / length:g}{unit}"
    return f"{seconds:g}s"


IDENTIFIER = r"^[A-Za-z0-9._-]{1,128}$"


def _doc(description: str, **bounds: Any) -> Meta:
    return Meta(description=description, **bounds)


INDIRECTLY = " May be `env:NAME` or `file:PATH`."


def _secret_doc(description: str) -> Meta:
    return Meta(description=description + INDIRECTLY, extra={"secret": True})


class ServerTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[server]`: where the server listens and where its log is."""

    host: Annotated[
        str,
        _doc(
            "Address to listen on. Anything but loopback needs an `[access]` mode other than "
            "`local`."
        ),
    ] = "127.0.0.1"
    port: Annotated[int, _doc("Port to listen on; 0 = any free one.", ge=0, le=65535)] = 8765
    log: Annotated[
        str,
        _secret_doc(
            "Where events are kept while a channel is watched: `memory://`, or "
            "`redis://host:6379/0`."
        ),
    ] = "memory://"
    public_url: Annotated[
        str,
        _doc("The origin that browsers use if a proxy is in front; no path."),
    ] = ""
    assets: Annotated[
        str,
        _doc(
            "Folder with the interface's files of the last five builds, for pages that are open "
            "during an upgrade; processes may share it."
        ),
    ] = ""
    origins: Annotated[
        tuple[str, ...],
        _doc(
            "Other origins whose pages may watch, by a token; `http://` for loopback hosts only "
            "(docs/how-to/another-origin.md)."
        ),
    ] = ()
    framed_by: Annotated[
        tuple[str, ...],
        _doc("Origins whose pages may frame the interface; its sign-in is kept on the same site."),
    ] = ()


CHANNEL = r"^(\*|[A-Za-z0-9._-]{1,128}/(\*|[A-Za-z0-9._-]{1,128}))$"


class GrantTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[access.grant]]`: who may do what in modes `oidc`, `proxy`: nothing else permits there."""

    who: Annotated[
        str,
        _doc(
            "A person's name at the provider or proxy, `group:…`, or with GitHub "
            "`repository:owner/name` for its collaborators; `*` is a wildcard.",
            min_length=1,
        ),
    ]
    role: Annotated[
        Role,
        _doc(
            "`watch`; `follow` traces; see `identities` that a workspace reveals; `administer`: "
            "send test events, see sources. Each includes the ones before."
        ),
    ] = "watch"
    on: Annotated[
        tuple[Annotated[str, Meta(pattern=CHANNEL)], ...],
        _doc("Channels: `workspace/env`, `workspace/*`, or `*` for all."),
    ] = ("*",)


class AccessTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[access]`: who may watch."""

    mode: Annotated[
        AccessMode,
        _doc(
            "`local`: a one-time link, loopback only. `token`: access tokens. `oidc`: OpenID "
            "Connect or GitHub. `proxy`: a trusted header."
        ),
    ] = "local"
    tokens: Annotated[
        str, _doc("File of access tokens' hashes; `dagnet-realtime token` writes it.")
    ] = ""
    audit: Annotated[str, _doc("File of the audit log; without one it goes to standard error.")] = (
        ""
    )
    session: Annotated[
        str,
        _doc("How long a browser stays signed in (`token`, `oidc`).", pattern=DURATION),
    ] = "12h"
    earlier_sessions: Annotated[
        Literal["auto", "on", "off"],
        _doc(
            "Whether browsers keep the last five sessions for seven days. `auto`: in mode `local` "
            "alone."
        ),
    ] = "auto"
    cookie_key: Annotated[
        str,
        _secret_doc(
            "Key of sign-in cookies, the same on every process; else a restart signs everyone out."
        ),
    ] = ""
    proxy_header: Annotated[
        str,
        _doc("`proxy`: the header that names the person, e.g. `x-forwarded-email`."),
    ] = ""
    proxy_groups: Annotated[
        str,
        _doc("`proxy`: the header that lists their groups, separated by commas."),
    ] = ""
    proxy_from: Annotated[
        tuple[str, ...],
        _doc("`proxy`: its addresses or networks; the headers of others are ignored."),
    ] = ()
    proxy_secret: Annotated[
        str,
        _secret_doc("`proxy`: what it sends in `X-Realtime-Proxy-Secret`; 16 characters or more."),
    ] = ""
    provider: Annotated[
        Literal["openid", "github"],
        _doc("`oidc`: `openid` for any OpenID Connect provider, or `github`."),
    ] = "openid"
    issuer: Annotated[
        str,
        _doc("`oidc`: the issuer, e.g. `https://accounts.example.com`; for GitHub its address."),
    ] = ""
    client_id: Annotated[
        str,
        _doc("`oidc`: the client id, with `<public_url>/sign-in/callback` as redirect."),
    ] = ""
    client_secret: Annotated[
        str, _secret_doc("`oidc`: the client secret; none for a public client.")
    ] = ""
    scopes: Annotated[
        tuple[str, ...],
        _doc("`oidc`: the scopes; by default `openid email profile`, with GitHub none."),
    ] = ()
    claim: Annotated[
        str,
        _doc(
            "`oidc`: the claim by which grants name people. An `email` must be verified.",
            min_length=1,
        ),
    ] = "email"
    groups_claim: Annotated[str, _doc("`oidc`: the claim that lists a person's groups.")] = "groups"
    grant: Annotated[tuple[GrantTable, ...], _doc("Who may do what.")] = ()


class SourceTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[workspace.source]]`: who sends into the workspace."""

    id: Annotated[
        str,
        _doc(
            "Its name, the end of its webhook's URL; unique on this server.",
            pattern=IDENTIFIER,
        ),
    ]
    kind: Annotated[
        Literal["webhook", "tracking", "kafka"],
        _doc(
            "`webhook`: Segment posts signed deliveries. `tracking`: an SDK's `apiHost` "
            "points here. `kafka`: topics are read (docs/how-to/streams.md)."
        ),
    ] = "webhook"
    secrets: Annotated[
        tuple[str, ...],
        _secret_doc("Shared secrets of a webhook; several while one is being replaced."),
    ] = ()
    write_key: Annotated[str, _secret_doc("The write key of a `tracking` source.")] = ""
    allow_unsigned: Annotated[
        bool, _doc("Accept deliveries without a signature: anyone who knows the URL can send.")
    ] = False
    batch_signature: Annotated[
        Literal["first", "whole"],
        _doc(
            "`whole` refuses batches of which only the `first` element is signed, as Segment does."
        ),
    ] = "first"
    allow_delete: Annotated[
        bool,
        _doc("Accept unsigned `delete` and `suppress`: every sender can then erase any person."),
    ] = False
    servers: Annotated[
        tuple[str, ...], _doc("`kafka`: brokers to begin with, `host:port` each.")
    ] = ()
    topics: Annotated[tuple[str, ...], _doc("`kafka`: the topics to read.")] = ()
    shape: Annotated[
        str,
        _doc(
            "`kafka`: what a record holds: `auto`, `event`, `batch`, or a JSON pointer such as "
            "`/data/event`."
        ),
    ] = "auto"
    only_write_keys: Annotated[
        tuple[str, ...],
        _secret_doc("`kafka`: of a shared topic, the events with one of these write keys."),
    ] = ()
    only_source_ids: Annotated[
        tuple[str, ...],
        _doc("`kafka`: likewise, of one of these source ids (Segment's `projectId`)."),
    ] = ()
    behind: Annotated[
        str,
        _doc(
            "`kafka`: a partition further behind is read on from its end; viewers see a gap.",
            pattern=DURATION,
        ),
    ] = "10s"
    security: Annotated[
        Security,
        _doc("`kafka`: the connection to brokers; `sasl` needs a user and a password."),
    ] = "plaintext"
    mechanism: Annotated[Mechanism, _doc("`kafka`: the mechanism of SASL.")] = "PLAIN"
    username: Annotated[str, _secret_doc("`kafka`: the user for SASL.")] = ""
    password: Annotated[str, _secret_doc("`kafka`: its password.")] = ""
    ca: Annotated[
        str,
        _doc("`kafka`: PEM file of the brokers' authority; else the system's."),
    ] = ""
    certificate: Annotated[str, _doc("`kafka`: PEM file of a client certificate, for `ssl`.")] = ""
    key: Annotated[
        str, _doc("`kafka`: PEM file of its key, if `certificate` does not hold it.")
    ] = ""


class WorkspaceTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[workspace]]`: one DagNet data repository in one environment."""

    id: Annotated[str, _doc("DagNet's name of it: `<repository>-<branch>`.", pattern=IDENTIFIER)]
    env: Annotated[
        str, _doc("The environment that sends here: `prod`, `staging` …", pattern=IDENTIFIER)
    ]
    path: Annotated[
        str,
        _doc(
            "The data repository with DagNet's `basePath`, from the configuration's folder; "
            "reloaded on change. With `graphs_url` optional, for `events/` and `nodes/` alone.",
            min_length=1,
        ),
    ] = ""
    graphs_path: Annotated[str, _doc("Its folder of graphs (DagNet's `graphsPath`).")] = "graphs"
    events_path: Annotated[
        str, _doc("Its folder of event definitions (DagNet's `eventsPath`).")
    ] = "events"
    nodes_path: Annotated[str, _doc("Its folder of nodes (DagNet's `nodesPath`).")] = "nodes"
    graphs_url: Annotated[
        str,
        _doc(
            "A DagNet deployment that gives the graphs instead, e.g. `https://dagnet.example.com`."
        ),
    ] = ""
    graphs: Annotated[
        tuple[str, ...], _doc("With `graphs_url`: the graphs' names, at most 50.")
    ] = ()
    graphs_branch: Annotated[
        str, _doc("With `graphs_url`: the branch, else the deployment's default.")
    ] = ""
    graphs_secret: Annotated[
        str,
        _secret_doc("With `graphs_url`: DagNet's `SHARE_SECRET`."),
    ] = ""
    graphs_bearer: Annotated[
        str,
        _secret_doc("With `graphs_url`: a bearer token for a gateway in front of it."),
    ] = ""
    graphs_every: Annotated[
        str,
        _doc(
            "With `graphs_url`: how often graphs are fetched, at least `5s`.",
            pattern=DURATION,
        ),
    ] = "1m"
    trace: Annotated[
        tuple[str, ...],
        _doc("The identifiers that join events into traces, best first, or property paths."),
    ] = DEFAULT_POLICY.trace
    identity: Annotated[
        Identity,
        _doc(
            "`token`: keyed pseudonyms. `trace_id`: explicit trace ids alone. `reveal`: as sent, "
            "for the role `identities`."
        ),
    ] = DEFAULT_POLICY.identity
    properties: Annotated[
        tuple[str, ...],
        _doc("Properties to keep beside those that filters use; `*` stands for any ending."),
    ] = DEFAULT_POLICY.properties
    deny: Annotated[tuple[str, ...], _doc("Properties never to keep.")] = ()
    sample: Annotated[float, _doc("Share of traces kept whole; counts stay exact.", ge=0, le=1)] = (
        DEFAULT_POLICY.sample
    )
    max_rate: Annotated[
        float, _doc("Events per second from one source, of 8 KB on average.", gt=0)
    ] = DEFAULT_POLICY.max_rate
    token_key: Annotated[
        str,
        _secret_doc(
            "Key of the pseudonyms, the same on every process; in `local` mode this machine's own."
        ),
    ] = ""
    token_rotation: Annotated[
        str, _doc("How long one key of pseudonyms lasts.", pattern=DURATION)
    ] = duration_text(DEFAULT_POLICY.token_rotation)
    viewer_keys: Annotated[
        tuple[str, ...],
        _secret_doc(
            "Keys that sign viewer tokens of other sites, 32 characters or more "
            "(docs/how-to/another-origin.md)."
        ),
    ] = ()
    show_followers: Annotated[
        bool,
        _doc("Whether people who signed in by name and may follow see who else follows what."),
    ] = True
    retention: Annotated[
        str, _doc("How long an event is kept while the channel is watched.", pattern=DURATION)
    ] = duration_text(DEFAULT_POLICY.retention)
    log_entries: Annotated[int, _doc("How many events are kept at most.", ge=1)] = (
        DEFAULT_POLICY.log_entries
    )
    carried_per_second: Annotated[
        float, _doc("Full events that a view gets per second; counts stay exact.", gt=0)
    ] = DEFAULT_POLICY.carried_per_second
    test_property: Annotated[
        str, _doc("Events with this property bypass sampling and thinning.")
    ] = ""
    relay: Annotated[
        str,
        _secret_doc(
            "A provider that carries frames, e.g. `pusher://KEY:SECRET@host:port/APP_ID` "
            "(docs/how-to/relays.md)."
        ),
    ] = ""
    ingest: Annotated[
        Ingest,
        _doc(
            "`server`: sources post here. `function`: a Destination Function publishes to the "
            "`relay` (docs/how-to/function.md)."
        ),
    ] = DEFAULT_POLICY.ingest
    function_carries: Annotated[
        Carries,
        _doc(
            "With `function`, the events published: that `lit` a node, that one `listened` for, "
            "or `all`."
        ),
    ] = DEFAULT_POLICY.function_carries
    source: Annotated[tuple[SourceTable, ...], _doc("The sources that send into it.")] = ()


class FileTables(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of `realtime.toml`."""

    server: ServerTable = ServerTable()
    access: AccessTable = AccessTable()
    workspace: tuple[WorkspaceTable, ...] = ()


SECTIONS: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    ("server", ServerTable),
    ("access", AccessTable),
    ("access.grant", GrantTable),
    ("workspace", WorkspaceTable),
    ("workspace.source", SourceTable),
)
