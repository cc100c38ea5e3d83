"""Builds graph sources, relays, function channels and authentication from the configuration."""

import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from secrets import token_bytes
from urllib.parse import urlsplit

from dagnet_realtime.app.files import TokenStore
from dagnet_realtime.config.config import AccessConfig, Config, ProviderConfig
from dagnet_realtime.function.channels import FunctionChannelSigner
from dagnet_realtime.graphs.deployment import DeploymentSource
from dagnet_realtime.graphs.folder import FolderGraphs, FolderSource
from dagnet_realtime.graphs.source import GraphSources, WorkspaceSource
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.relay_manager import SharedRelayManager
from dagnet_realtime.hub.relay_publisher import RelayPublisher
from dagnet_realtime.hub.relay_stations import (
    NO_RELAYS,
    ProcessRelayManager,
    RelayManager,
    derive_relay_key,
)
from dagnet_realtime.hub.stream_reader import (
    NO_STREAMS,
    RecordIntake,
    StreamReader,
    StreamReaders,
)
from dagnet_realtime.model.access import RoleBinding
from dagnet_realtime.model.graph import Catalogue
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import USUAL, Channel, Folders, Workspace
from dagnet_realtime.ports.relay import Relay
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import Log, RelayStateStore, RevocationList
from dagnet_realtime.ports.stream import PartitionLeases
from dagnet_realtime.relays.address import parse_relay_url
from dagnet_realtime.stores.memory import MemoryRevocationList
from dagnet_realtime.web.auth.cookie import NAME, SealedCookie
from dagnet_realtime.web.auth.local import ForkedAuthState, shared
from dagnet_realtime.web.auth.provider import (
    OidcAuthenticator,
    OidcCookie,
    Provider,
    Settings,
    SignInAttempt,
)
from dagnet_realtime.web.auth.proxy import ProxyAuthenticator
from dagnet_realtime.web.auth.request import Authenticator, loopback
from dagnet_realtime.web.auth.token import TokenAuthenticator, TokenCookie
from dagnet_realtime.web.routes.sign_in import BACK


def stream_readers(
    workspaces: Sequence[Workspace],
    intake: RecordIntake,
    log: Log,
    leases: PartitionLeases,
    clock: Clock,
) -> StreamReaders:
    """The readers of all sources that read a stream. Raises `Problem("invalid")` if the client for it is not installed."""
    sources = [
        source
        for workspace in workspaces
        for source in workspace.sources
        if source.stream is not None
    ]
    if not sources:
        return NO_STREAMS
    from dagnet_realtime.streams.kafka import connect

    return StreamReaders(
        [
            StreamReader(one, one.stream, connect, intake, log, leases, clock)
            for one in sources
            if one.stream is not None
        ]
    )


def graphs_of(workspaces: Sequence[Workspace]) -> GraphSources:
    """The source of all graphs, not yet read."""
    return GraphSources({one.channel.workspace: _place(one) for one in workspaces})


def catalogues_of(workspaces: Sequence[Workspace]) -> dict[str, Catalogue]:
    """The catalogue of each workspace, by its id, read once; what cannot be read is said in their errors."""
    graphs = graphs_of(workspaces).load()
    return {one.channel.workspace: graphs.catalogue(one.channel.workspace) for one in workspaces}


def read_catalogues(folders: Mapping[str, Path], layout: Folders = USUAL) -> dict[str, Catalogue]:
    """The catalogue of each folder, by workspace id; what cannot be read is said in their errors."""
    graphs = FolderGraphs(folders, layout=layout).load()
    return {id: graphs.catalogue(id) for id in folders}


def _place(workspace: Workspace) -> WorkspaceSource:
    if workspace.deployment is None:
        return FolderSource(
            Path(workspace.path), deny=workspace.policy.deny, layout=workspace.folders
        )
    definitions = Path(workspace.path) if workspace.path else None
    return DeploymentSource(
        workspace.deployment, definitions, deny=workspace.policy.deny, layout=workspace.folders
    )


@contextlib.asynccontextmanager
async def relays(
    workspaces: Sequence[Workspace], clock: Clock
) -> AsyncIterator[dict[Channel, Relay]]:
    """By channel, closed when the context ends. Raises `Problem("invalid")` for an address that cannot be used."""
    async with contextlib.AsyncExitStack() as stack:
        found: dict[Channel, Relay] = {}
        for workspace in workspaces:
            policy = workspace.policy
            if policy.relay is None or policy.ingest == "function":
                continue
            from dagnet_realtime.relays.address import (
                parse_relay_url,
            )  # what a start without a relay should not wait for
            from dagnet_realtime.relays.pusher import PusherRelay

            address = parse_relay_url(policy.relay.reveal().decode())
            master = derive_relay_key(
                policy.token_key.reveal() if policy.token_key is not None else token_bytes(32),
                b"encryption",
            )
            found[workspace.channel] = await stack.enter_async_context(
                PusherRelay(address, clock, master)
            )
        yield found


def relay_manager(
    context: HubContext,
    feeds: FeedRegistry,
    relays: Mapping[Channel, Relay],
    relay_states: RelayStateStore | None,
) -> RelayManager:
    """The relay manager of this process.

    Processes that share `relay_states` publish together; one that is alone (None) publishes from its
    own feeds.
    """
    if not relays:
        return NO_RELAYS
    if relay_states is None:
        return ProcessRelayManager(context, feeds, relays)
    publisher = RelayPublisher(context, feeds.policy, relay_states, relays)
    return SharedRelayManager(context, publisher, relay_states, relays)


def functions(workspaces: Sequence[Workspace]) -> dict[Channel, FunctionChannelSigner]:
    """By channel. Raises `Problem("invalid")` for an address that cannot be used."""
    found: dict[Channel, FunctionChannelSigner] = {}
    for workspace in workspaces:
        policy = workspace.policy
        if (
            policy.ingest == "function"
            and policy.relay is not None
            and policy.token_key is not None
        ):
            address = parse_relay_url(policy.relay.reveal().decode())
            found[workspace.channel] = FunctionChannelSigner(
                address, workspace.channel, policy.token_key.reveal()
            )
    return found


REPOSITORY = "repository:"


class Grants:
    """The grants as they are at this moment; a reload of the configuration replaces them."""

    def __init__(self, grants: Sequence[RoleBinding]) -> None:
        self.current = tuple(grants)

    def __call__(self) -> tuple[RoleBinding, ...]:
        return self.current


def access_for(
    config: Config,
    clock: Clock,
    grants: Grants,
    sign_outs: RevocationList | None = None,
    sharing: ForkedAuthState | None = None,
    *,
    secure: bool = False,
) -> Authenticator:
    """The access of a server; `sign_outs` and local keys (`sharing`) are those of several processes.

    Cookies travel over HTTPS alone, unless the browser's name for the server is this machine's; with `secure` always.

    Raises `Problem("invalid")` where its token file cannot be read.
    """
    given, url = config.access, config.server.public_url
    sign_outs = sign_outs or MemoryRevocationList(clock)
    if given.mode == "local":
        key = given.cookie_key.reveal() if given.cookie_key is not None else None
        return shared(sharing, clock, url, sign_outs, key)
    tokens = TokenStore(given.tokens, clock)
    tokens()
    key = given.cookie_key.reveal() if given.cookie_key is not None else secrets.token_bytes(32)
    https = True if secure or (url and not loopback(urlsplit(url).netloc)) else None
    match given.mode:
        case "token":
            jar: SealedCookie[TokenCookie] = SealedCookie(
                TokenCookie, key, clock, secure=https, sign_outs=sign_outs
            )
            return TokenAuthenticator(tokens, jar, clock, given.session, url)
        case "proxy":
            proxy = given.proxy
            return ProxyAuthenticator(
                proxy.header,
                proxy.groups,
                proxy.trusted,
                grants,
                tokens,
                clock,
                url,
                secret=proxy.secret,
            )
        case "oidc":
            jars: tuple[SealedCookie[OidcCookie], SealedCookie[SignInAttempt]] = (
                SealedCookie(
                    OidcCookie, key, clock, secure=https, same_site="Lax", sign_outs=sign_outs
                ),
                SealedCookie(
                    SignInAttempt,
                    key,
                    clock,
                    name=f"{NAME}_attempt",
                    secure=https,
                    same_site="Lax",
                    sign_outs=sign_outs,
                ),
            )
            provider = provider_for(given, grants, clock)
            return OidcAuthenticator(
                provider,
                url.rstrip("/") + BACK,
                grants,
                tokens,
                jars,
                clock,
                given.session,
                url,
                given.provider.issuer,
            )


def provider_for(
    given: AccessConfig, grants: Callable[[], Sequence[RoleBinding]], clock: Clock
) -> Provider:
    """The identity provider; of repositories only those are asked about that grants name."""
    from dagnet_realtime.web.auth.github import GitHub
    from dagnet_realtime.web.auth.openid import OAuthClient, OpenId

    configured: ProviderConfig = given.provider
    repositories = [
        grant.who.removeprefix(REPOSITORY) for grant in grants() if grant.who.startswith(REPOSITORY)
    ]
    if any(one.count("/") != 1 or "*" in one for one in repositories):
        raise Problem(
            "invalid",
            "A grant names no repository",
            "GitHub is asked about each by name",
            "Write repository:owner/name",
        )
    settings = Settings(
        issuer=configured.issuer,
        client_id=configured.client_id,
        client_secret=configured.client_secret,
        scopes=configured.scopes,
        claim=configured.claim,
        groups=configured.groups,
        repositories=tuple(dict.fromkeys(repositories)),
    )
    if configured.kind == "github":
        return GitHub(settings, OAuthClient(settings, "client_secret_post"), clock)
    return OpenId(settings, OAuthClient(settings), clock)
