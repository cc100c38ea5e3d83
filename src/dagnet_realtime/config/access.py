"""Who may watch, from the `[access]` table: what each mode needs is there, and nothing is asked for that it does not use."""

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from dagnet_realtime.config.config import AccessConfig, ProviderConfig, ProxyConfig, ServerConfig
from dagnet_realtime.config.duration import seconds
from dagnet_realtime.config.file import AccessTable
from dagnet_realtime.config.surroundings import Surroundings
from dagnet_realtime.model.grant import Grant
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret

GITHUB = "https://github.com"
SHORTEST_SECRET = 16  # characters with which a proxy proves itself
USUAL_SCOPES = ("openid", "email", "profile")


def access_of(table: AccessTable, folder: Path) -> AccessConfig:
    """Who may watch, without anybody's secrets; files are named from `folder`."""
    github = table.provider == "github"
    provider = ProviderConfig(
        kind=table.provider,
        issuer=(table.issuer or (GITHUB if github else "")).rstrip("/") if github else table.issuer,
        client_id=table.client_id,
        scopes=table.scopes or (() if github else USUAL_SCOPES),
        claim=table.claim,
        groups=table.groups_claim,
    )
    return AccessConfig(
        mode=table.mode,
        tokens=str(folder / table.tokens) if table.tokens else "",
        audit=str(folder / table.audit) if table.audit else "",
        session=seconds(table.session) or 0.0,
        proxy=ProxyConfig(header=table.proxy_header, groups=table.proxy_groups, trusted=table.proxy_from),
        provider=provider,
        grants=tuple(Grant(who=grant.who, role=grant.role, on=grant.on) for grant in table.grant),
    )


def provided(access: AccessConfig, table: AccessTable, server: ServerConfig, around: Surroundings) -> AccessConfig:
    """The same with its secrets; raises `Problem("invalid")` where the mode lacks something."""
    for key in _NEEDED[table.mode]:
        if not getattr(table, key):
            raise Problem("invalid", f'{around.place.of(("access",))}: mode "{table.mode}" needs `{key}`', remedy=_WHY[key])
    if table.mode == "proxy":
        _networks(table, around)
        _headers(table, around)
    if table.mode == "oidc":
        _reachable(access, server, around)
    if not access.session:
        raise Problem("invalid", f"{around.place.of(('access', 'session'))}: a sign-in of no length lets nobody in")
    secret = around.secret(table.client_secret, "access", "client_secret") if table.client_secret else None
    seal = around.secret(table.cookie_key, "access", "cookie_key") if table.cookie_key else None
    return msgspec.structs.replace(
        access,
        cookie_key=seal,
        provider=msgspec.structs.replace(access.provider, client_secret=secret),
        proxy=msgspec.structs.replace(access.proxy, secret=_proxy_secret(table, around)),
    )


_FIELD = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,100}")
_NEEDED = {
    "local": (),
    "token": ("tokens",),
    "proxy": ("proxy_header", "proxy_from", "proxy_secret", "grant"),
    "oidc": ("client_id", "grant"),
}
_WHY = {
    "tokens": 'Name a file, e.g. tokens = "tokens.json", and make tokens with `dagnet-realtime token create`',
    "proxy_header": "Name the header in which the proxy says who it signed in",
    "proxy_from": 'Give the addresses of the proxy, e.g. ["10.0.0.5"]',
    "proxy_secret": (
        'Make one with `openssl rand -hex 32`, give it as e.g. proxy_secret = "env:REALTIME_PROXY_SECRET", and let the proxy send it '
        "in the header X-Realtime-Proxy-Secret (docs/deployment.md)"
    ),
    "client_id": "Register this server at the identity provider, and give the id that it got",
    "grant": "Say in [[access.grant]] who may watch; without one nobody may",
}


def _proxy_secret(table: AccessTable, around: Surroundings) -> Secret | None:
    if not table.proxy_secret:
        return None
    found = around.secret(table.proxy_secret, "access", "proxy_secret")
    if len(found.reveal()) < SHORTEST_SECRET or not all(0x21 <= sign <= 0x7E for sign in found.reveal()):
        where, remedy = around.place.of(("access", "proxy_secret")), "Make one with `openssl rand -hex 32`"
        raise Problem("invalid", f"{where}: expected {SHORTEST_SECRET} or more letters, digits and signs of ASCII, no blanks", "", remedy)
    return found


def _networks(table: AccessTable, around: Surroundings) -> None:
    for index, network in enumerate(table.proxy_from):
        try:
            ipaddress.ip_network(network)
        except ValueError:
            where = around.place.of(("access", "proxy_from", index))
            raise Problem("invalid", f'{where}: found "{network}", expected an address or a network such as 10.0.0.0/8') from None


def _headers(table: AccessTable, around: Surroundings) -> None:
    taken = {"x-realtime-proxy-secret", "authorization", "cookie", "host", "origin"}
    for key in ("proxy_header", "proxy_groups"):
        name = getattr(table, key).lower()
        if name and (not _FIELD.fullmatch(name) or name in taken):
            remedy = "Name a header of its own, e.g. x-forwarded-email and x-forwarded-groups"
            raise Problem("invalid", f"{around.place.of(('access', key))}: no header for this", f"Found “{name}”", remedy)
        taken.add(name)


def _reachable(access: AccessConfig, server: ServerConfig, around: Surroundings) -> None:
    if not server.public_url:
        place = around.place.of(("access",))
        raise Problem("invalid", f'{place}: mode "oidc" needs `public_url` under [server]', remedy="People are sent back there")
    issuer = urlsplit(access.provider.issuer)
    loopback = issuer.hostname in ("127.0.0.1", "localhost", "::1")
    if not (issuer.scheme == "https" or (issuer.scheme == "http" and loopback)) or not issuer.netloc:
        raise Problem("invalid", f"{around.place.of(('access', 'issuer'))}: expected the https:// address of an identity provider")
