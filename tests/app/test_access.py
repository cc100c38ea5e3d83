"""The configured mode of access."""

from pathlib import Path

import pytest

from dagnet_realtime.app.access import Grants, access_for, provider_for
from dagnet_realtime.config import tokens as file
from dagnet_realtime.config.config import AccessConfig, Config, ProviderConfig, ProxyConfig, ServerConfig
from dagnet_realtime.model.grant import Grant
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret
from dagnet_realtime.web.access.github import GitHub
from dagnet_realtime.web.access.local import LocalAccess
from dagnet_realtime.web.access.oidc import ProviderAccess
from dagnet_realtime.web.access.openid import OpenId
from dagnet_realtime.web.access.proxy import ProxyAccess
from dagnet_realtime.web.access.token import TokenAccess
from tests.support.clock import FakeClock

GRANTS = (Grant(who="repository:acme/data", role="follow"), Grant(who="ann", role="watch"), Grant(who="repository:acme/data", role="watch"))


def built(access: AccessConfig, url: str = "https://watch.example.com") -> object:
    config = Config(server=ServerConfig(public_url=url), access=access)
    return access_for(config, 8765, FakeClock(), Grants(access.grants))


def test_every_mode_has_its_adapter() -> None:
    """ACC-15: behind one protocol."""
    proxy = ProxyConfig(header="x-user", trusted=("10.0.0.1",), secret=Secret("s"))
    provider = ProviderConfig(issuer="https://id.example.com", client_id="us")
    assert isinstance(built(AccessConfig()), LocalAccess)
    assert isinstance(built(AccessConfig(mode="token")), TokenAccess)
    assert isinstance(built(AccessConfig(mode="proxy", proxy=proxy)), ProxyAccess)
    with pytest.raises(Problem, match="needs `proxy_secret`"):
        built(AccessConfig(mode="proxy", proxy=ProxyConfig(header="x-user", trusted=("10.0.0.1",))))
    assert isinstance(built(AccessConfig(mode="oidc", provider=provider, cookie_key=Secret("k"))), ProviderAccess)


@pytest.mark.parametrize(
    ("url", "secure"),
    [("https://watch.example.com", True), ("http://watch.example.com", True), ("http://127.0.0.1:8765", False), ("", False)],
)
def test_cookies_travel_over_https_alone_but_on_this_machine(url: str, secure: bool) -> None:
    """ACC-13: also where somebody forgot it; on this machine the name holds the port."""
    access = built(AccessConfig(mode="token"), url)
    assert isinstance(access, TokenAccess)
    assert ("Secure" in access._jar.cleared) == secure
    assert access._jar.cleared.startswith("__Host-" if secure else "dagnet_realtime_8765=")


def test_github_is_asked_about_the_repositories_that_grants_name() -> None:
    """ACC-24: about each once, and about no other."""
    given = AccessConfig(mode="oidc", provider=ProviderConfig(kind="github", issuer="https://github.com", client_id="us"))
    provider = provider_for(given, Grants(GRANTS), FakeClock())
    assert isinstance(provider, GitHub)
    assert provider._repositories == ("acme/data",)
    assert isinstance(provider_for(AccessConfig(), Grants(GRANTS), FakeClock()), OpenId)
    with pytest.raises(Problem, match="names no repository"):
        provider_for(given, Grants([Grant(who="repository:acme/*", role="watch")]), FakeClock())


def test_a_file_of_tokens_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    """ACC-15: rather than the first person who signs in."""
    (tmp_path / "t.json").write_text("{")
    with pytest.raises(Problem, match="cannot be checked"):
        built(AccessConfig(mode="token", tokens=str(tmp_path / "t.json")))
    file.write(tmp_path / "t.json", [])
    built(AccessConfig(mode="token", tokens=str(tmp_path / "t.json")))


def test_grants_are_replaced_as_a_whole() -> None:
    """ACC-34: whoever asks next sees the later ones."""
    grants = Grants(GRANTS)
    assert grants() == GRANTS
    grants.current = ()
    assert grants() == ()
