"""The configuration: one frozen value, built once at the start and passed on."""

from typing import Literal
from urllib.parse import urlsplit

import msgspec

from dagnet_realtime.model.access import RoleBinding, Secret
from dagnet_realtime.model.workspace import Workspace

AccessMode = Literal["local", "token", "oidc", "proxy"]


class ServerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server listens and where its log is.

    `port` 0 takes any free one; `log` may hold a password and is masked in `repr`.

    `assets` is the folder that keeps the interface's files of other builds, "" if there is none.
    `origins` are other origins whose pages may watch by token, `framed_by` those whose pages may
    frame the interface; both are written as browsers send them.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    log: str = "memory://"
    public_url: str = ""
    assets: str = ""
    origins: tuple[str, ...] = ()
    framed_by: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return (
            f"ServerConfig(host={self.host!r}, port={self.port}, "
            f"log={urlsplit(self.log).scheme}://…, public_url={self.public_url!r})"
        )


class ProxyConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The headers of a proxy: `header` names the person, `groups` their groups.

    They are accepted only from the networks `trusted` (CIDR), and together with `secret`.
    """

    header: str = ""
    groups: str = ""
    trusted: tuple[str, ...] = ()
    secret: Secret | None = None


class ProviderConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The identity provider.

    `claim` names people, `groups` is the claim that lists their groups.
    """

    kind: Literal["openid", "github"] = "openid"
    issuer: str = ""
    client_id: str = ""
    client_secret: Secret | None = None
    scopes: tuple[str, ...] = ()
    claim: str = "email"
    groups: str = "groups"


class AccessConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Who may watch.

    `tokens` is the file that keeps the hashes of access tokens, `audit` that of the audit log, ""
    if there is none.

    `earlier_sessions` says whether browsers may keep the last sessions that they watched.

    A sign-in lasts `session` seconds; `cookie_key` seals its cookie, None if every start makes a
    key of its own.
    """

    mode: AccessMode = "local"
    tokens: str = ""
    audit: str = ""
    session: float = 12 * 3600.0
    earlier_sessions: bool = True
    cookie_key: Secret | None = None
    proxy: ProxyConfig = ProxyConfig()
    provider: ProviderConfig = ProviderConfig()
    grants: tuple[RoleBinding, ...] = ()


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The whole configuration.

    `demo` allows the server's own visitors; `key_file` is where a key for programs is written.
    `deletions_file` keeps when people were last deleted, None if that is kept in memory or Redis.
    `counts_unknown_keys` is for a server of one test run alone: see `Intake`.

    `file` is what it was read from, "" where it was no file.
    """

    server: ServerConfig = ServerConfig()
    access: AccessConfig = AccessConfig()
    workspaces: tuple[Workspace, ...] = ()
    demo: bool = False
    counts_unknown_keys: bool = False
    key_file: str | None = None
    deletions_file: str | None = None
    file: str = ""
