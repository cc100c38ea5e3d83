"""Builds the configured mode of access."""

import secrets
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from dagnet_realtime.app.token_store import TokenStore
from dagnet_realtime.config.config import AccessConfig, Config, ProviderConfig
from dagnet_realtime.model.grant import Grant
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.sign_outs import SignOuts
from dagnet_realtime.web.access.cookie import NAME, Jar
from dagnet_realtime.web.access.ended import OwnSignOuts
from dagnet_realtime.web.access.identity import Attempt, Provider, Settings
from dagnet_realtime.web.access.oidc import ProviderAccess, SignedIn
from dagnet_realtime.web.access.origin import loopback
from dagnet_realtime.web.access.person import Access
from dagnet_realtime.web.access.proxy import ProxyAccess
from dagnet_realtime.web.access.shared import Sharing, shared
from dagnet_realtime.web.access.sign_in import BACK
from dagnet_realtime.web.access.token import Held, TokenAccess

REPOSITORY = "repository:"


class Grants:
    """The grants as they are at this moment; a reload of the configuration replaces them."""

    def __init__(self, grants: Sequence[Grant]) -> None:
        self.current = tuple(grants)

    def __call__(self) -> tuple[Grant, ...]:
        return self.current


def access_for(
    config: Config, clock: Clock, grants: Grants, sign_outs: SignOuts | None = None, sharing: Sharing | None = None, *, secure: bool = False
) -> Access:
    """The access of a server; `sign_outs` and local keys (`sharing`) are those of several processes.

    Cookies travel over HTTPS alone, unless the browser's name for the server is this machine's; with `secure` always.

    Raises `Problem("invalid")` where its token file cannot be read.
    """
    given, url = config.access, config.server.public_url
    sign_outs = sign_outs or OwnSignOuts(clock)
    if given.mode == "local":
        key = given.cookie_key.reveal() if given.cookie_key is not None else None
        return shared(sharing, clock, url, sign_outs, key)
    tokens = TokenStore(given.tokens, clock)
    tokens()
    key = given.cookie_key.reveal() if given.cookie_key is not None else secrets.token_bytes(32)
    https = True if secure or (url and not loopback(urlsplit(url).netloc)) else None
    match given.mode:
        case "token":
            jar: Jar[Held] = Jar(Held, key, clock, secure=https, sign_outs=sign_outs)
            return TokenAccess(tokens, jar, clock, given.session, url)
        case "proxy":
            proxy = given.proxy
            return ProxyAccess(proxy.header, proxy.groups, proxy.trusted, grants, tokens, clock, url, secret=proxy.secret)
        case "oidc":
            jars: tuple[Jar[SignedIn], Jar[Attempt]] = (
                Jar(SignedIn, key, clock, secure=https, same_site="Lax", sign_outs=sign_outs),
                Jar(Attempt, key, clock, name=f"{NAME}_attempt", secure=https, same_site="Lax", sign_outs=sign_outs),
            )
            provider = provider_for(given, grants, clock)
            return ProviderAccess(provider, url.rstrip("/") + BACK, grants, tokens, jars, clock, given.session, url, given.provider.issuer)


def provider_for(given: AccessConfig, grants: Callable[[], Sequence[Grant]], clock: Clock) -> Provider:
    """The identity provider; of repositories only those are asked about that grants name."""
    from dagnet_realtime.web.access.asking import Asking  # what a start in another mode should not wait for
    from dagnet_realtime.web.access.github import GitHub
    from dagnet_realtime.web.access.openid import OpenId

    configured: ProviderConfig = given.provider
    repositories = [grant.who.removeprefix(REPOSITORY) for grant in grants() if grant.who.startswith(REPOSITORY)]
    if any(one.count("/") != 1 or "*" in one for one in repositories):
        raise Problem("invalid", "A grant names no repository", "GitHub is asked about each by name", "Write repository:owner/name")
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
        return GitHub(settings, Asking(settings, "client_secret_post"), clock)
    return OpenId(settings, Asking(settings), clock)
