"""Builds the parts of a server from its configuration.

Graph sources, relays and their manager, stream readers, function channels and the authenticator.
Libraries that only some configurations need are imported where they are used, so that other servers
start without them.
"""

import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from dagnet_realtime.app.files import TokenStore
from dagnet_realtime.config.config import AccessConfig, Config, ProviderConfig
from dagnet_realtime.core.roles import EVERYTHING, Roles
from dagnet_realtime.function.channels import FunctionChannelSigner
from dagnet_realtime.graphs.deployment import DeploymentSource
from dagnet_realtime.graphs.folder import FolderGraphs, FolderSource
from dagnet_realtime.graphs.source import GraphSources, WorkspaceSource
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.relay_channel import derive_relay_key
from dagnet_realtime.hub.relay_manager import NO_RELAYS, RelayManager
from dagnet_realtime.hub.relay_process import ProcessRelayManager
from dagnet_realtime.hub.relay_publisher import RelayPublisher
from dagnet_realtime.hub.relay_shared import SharedRelayManager
from dagnet_realtime.hub.stream_reader import (
    NO_STREAMS,
    RecordIntake,
    StreamReader,
    StreamReaders,
)
from dagnet_realtime.model.access import RoleBinding
from dagnet_realtime.model.graph import Catalogue
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import DEFAULT_FOLDERS, Channel, Folders, Workspace
from dagnet_realtime.ports.relay import Relay
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.ports.storage import Log, RelayStateStore, RevocationList
from dagnet_realtime.ports.stream import PartitionLeases
from dagnet_realtime.relays.address import parse_relay_url
from dagnet_realtime.stores.memory import MemoryRevocationList
from dagnet_realtime.web.auth.cookie import NAME, SealedCookie
from dagnet_realtime.web.auth.local import ForkedAuthState, LocalAuthenticator, shared
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
from dagnet_realtime.web.auth.viewer import ViewerKeys, ViewerTokens
from dagnet_realtime.web.routes.sign_in import BACK


def stream_readers(
    workspaces: Sequence[Workspace],
    intake: RecordIntake,
    log: Log,
    leases: PartitionLeases,
    clock: Clock,
) -> StreamReaders:
    """The readers of all sources that read a stream.

    Raises `Problem("invalid")` if the client library is not installed.
    """
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


def graph_sources(workspaces: Sequence[Workspace]) -> GraphSources:
    """The source of every workspace's graphs, not yet loaded."""
    return GraphSources({one.channel.workspace: _workspace_source(one) for one in workspaces})


def load_catalogues(workspaces: Sequence[Workspace]) -> dict[str, Catalogue]:
    """The catalogue of each workspace by id, loaded once. Unreadable files are in its errors."""
    graphs = graph_sources(workspaces).load()
    return {one.channel.workspace: graphs.catalogue(one.channel.workspace) for one in workspaces}


def read_catalogues(
    folders: Mapping[str, Path], layout: Folders = DEFAULT_FOLDERS
) -> dict[str, Catalogue]:
    """The catalogue of each folder by workspace id. Unreadable files are in its errors."""
    graphs = FolderGraphs(folders, layout=layout).load()
    return {id: graphs.catalogue(id) for id in folders}


def _workspace_source(workspace: Workspace) -> WorkspaceSource:
    if workspace.deployment is None:
        return FolderSource(
            Path(workspace.path), deny=workspace.policy.deny, layout=workspace.folders
        )
    definitions = Path(workspace.path) if workspace.path else None
    return DeploymentSource(
        workspace.deployment, definitions, deny=workspace.policy.deny, layout=workspace.folders
    )


@contextlib.asynccontextmanager
async def open_relays(
    workspaces: Sequence[Workspace], clock: Clock
) -> AsyncIterator[dict[Channel, Relay]]:
    """The relay of each channel that has one, closed when the context ends.

    Raises `Problem("invalid")` for an address that cannot be used.
    """
    async with contextlib.AsyncExitStack() as stack:
        opened: dict[Channel, Relay] = {}
        for workspace in workspaces:
            policy = workspace.policy
            if policy.relay is None or policy.ingest == "function":
                continue
            from dagnet_realtime.relays.pusher import PusherRelay  # slow to import

            address = parse_relay_url(policy.relay.reveal().decode())
            master = derive_relay_key(
                policy.token_key.reveal()
                if policy.token_key is not None
                else secrets.token_bytes(32),
                b"encryption",
            )
            opened[workspace.channel] = await stack.enter_async_context(
                PusherRelay(address, clock, master)
            )
        yield opened


def relay_manager(
    context: HubContext,
    feeds: FeedRegistry,
    relays: Mapping[Channel, Relay],
    relay_states: RelayStateStore | None,
) -> RelayManager:
    """The relay manager of this process.

    Processes that share `relay_states` publish together; one that is alone (None) publishes from
    its own feeds.
    """
    if not relays:
        return NO_RELAYS
    if relay_states is None:
        return ProcessRelayManager(context, feeds, relays)
    publisher = RelayPublisher(context, feeds.policy, relay_states, relays)
    return SharedRelayManager(context, publisher, relay_states, relays)


def function_channels(workspaces: Sequence[Workspace]) -> dict[Channel, FunctionChannelSigner]:
    """The channel signer of each channel that a Destination Function publishes to.

    Raises `Problem("invalid")` for an address that cannot be used.
    """
    signers: dict[Channel, FunctionChannelSigner] = {}
    for workspace in workspaces:
        policy = workspace.policy
        if (
            policy.ingest == "function"
            and policy.relay is not None
            and policy.token_key is not None
        ):
            address = parse_relay_url(policy.relay.reveal().decode())
            signers[workspace.channel] = FunctionChannelSigner(
                address, workspace.channel, policy.token_key.reveal()
            )
    return signers


REPOSITORY = "repository:"


class Grants:
    """The role bindings in force; a reload of the configuration replaces them."""

    def __init__(self, grants: Sequence[RoleBinding]) -> None:
        self.current = tuple(grants)

    def __call__(self) -> tuple[RoleBinding, ...]:
        return self.current


def authenticator(
    config: Config,
    clock: Clock,
    grants: Grants,
    revocations: RevocationList | None = None,
    forked: ForkedAuthState | None = None,
    *,
    secure: bool = False,
) -> Authenticator:
    """The authenticator of the configured access mode.

    Several processes share `revocations` and, in local mode, the keys in `forked`. Cookies are sent
    over HTTPS only, unless browsers reach the server by a loopback name; with `secure` always.
    Raises `Problem("invalid")` if the token file cannot be read.
    """
    access, url = config.access, config.server.public_url
    revocations = revocations or MemoryRevocationList(clock)
    if access.mode == "local":
        key = access.cookie_key.reveal() if access.cookie_key is not None else None
        return shared(forked, clock, url, revocations, key)
    tokens = TokenStore(access.tokens, clock)
    tokens()
    key = access.cookie_key.reveal() if access.cookie_key is not None else secrets.token_bytes(32)
    https = True if secure or (url and not loopback(urlsplit(url).netloc)) else None
    match access.mode:
        case "token":
            cookie: SealedCookie[TokenCookie] = SealedCookie(
                TokenCookie, key, clock, secure=https, sign_outs=revocations
            )
            return TokenAuthenticator(tokens, cookie, clock, access.session, url)
        case "proxy":
            proxy = access.proxy
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
            cookies: tuple[SealedCookie[OidcCookie], SealedCookie[SignInAttempt]] = (
                SealedCookie(
                    OidcCookie, key, clock, secure=https, same_site="Lax", sign_outs=revocations
                ),
                SealedCookie(
                    SignInAttempt,
                    key,
                    clock,
                    name=f"{NAME}_attempt",
                    secure=https,
                    same_site="Lax",
                    sign_outs=revocations,
                ),
            )
            provider = identity_provider(access, grants, clock)
            return OidcAuthenticator(
                provider,
                url.rstrip("/") + BACK,
                grants,
                tokens,
                cookies,
                clock,
                access.session,
                url,
                access.provider.issuer,
            )


def viewer_tokens(
    config: Config, access: Authenticator, keys: ViewerKeys, clock: Clock
) -> ViewerTokens:
    """The viewer tokens of this server, in every access mode."""
    if isinstance(access, LocalAuthenticator):
        program = access.minter
        return ViewerTokens(keys, lambda one: EVERYTHING if one == program else None, clock)
    tokens = TokenStore(config.access.tokens, clock)

    def minter(id: str) -> Roles | None:
        for token in tokens():
            if token.id == id and (token.expires_at is None or token.expires_at > clock.now()):
                return Roles(((token.role, token.channels),))
        return None

    return ViewerTokens(keys, minter, clock)


def identity_provider(
    access: AccessConfig, grants: Callable[[], Sequence[RoleBinding]], clock: Clock
) -> Provider:
    """The configured identity provider. It looks up only repositories that grants name."""
    from dagnet_realtime.web.auth.github import GitHub
    from dagnet_realtime.web.auth.openid import OAuthClient, OpenId

    configured: ProviderConfig = access.provider
    repositories = [
        grant.who.removeprefix(REPOSITORY) for grant in grants() if grant.who.startswith(REPOSITORY)
    ]
    if any(one.count("/") != 1 or "*" in one for one in repositories):
        raise Problem(
            "invalid",
            "A grant names no single repository",
            "Each repository is looked up at GitHub by name",
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
