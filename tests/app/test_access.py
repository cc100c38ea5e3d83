"""The configured mode of access."""

import os
from pathlib import Path

import pytest

from dagnet_realtime.app.access import Grants, access_for, provider_for
from dagnet_realtime.config import tokens as file
from dagnet_realtime.config.config import AccessConfig, Config, ProviderConfig, ProxyConfig, ServerConfig
from dagnet_realtime.core.access_token import mint
from dagnet_realtime.model.grant import Grant
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret
from dagnet_realtime.web.access.asked import Asked
from dagnet_realtime.web.access.github import GitHub
from dagnet_realtime.web.access.local import LocalAccess
from dagnet_realtime.web.access.oidc import ProviderAccess
from dagnet_realtime.web.access.openid import OpenId
from dagnet_realtime.web.access.proxy import ProxyAccess
from dagnet_realtime.web.access.token import TokenAccess
from tests.support.clock import FakeClock

GRANTS = (Grant(who="repository:acme/data", role="follow"), Grant(who="ann", role="watch"), Grant(who="repository:acme/data", role="watch"))


def built(access: AccessConfig, url: str = "https://watch.example.com", *, secure: bool = False) -> object:
    config = Config(server=ServerConfig(public_url=url), access=access)
    return access_for(config, FakeClock(), Grants(access.grants), secure=secure)


def test_every_mode_has_its_adapter() -> None:
    """ACC-15: behind one protocol."""
    proxy = ProxyConfig(header="x-user", trusted=("10.0.0.1",), secret=Secret("s"))
    provider = ProviderConfig(issuer="https://id.example.com", client_id="us")
    assert isinstance(built(AccessConfig()), LocalAccess)
    assert isinstance(built(AccessConfig(mode="token")), TokenAccess)
    assert isinstance(built(AccessConfig(mode="proxy", proxy=proxy)), ProxyAccess)
    assert isinstance(built(AccessConfig(mode="oidc", provider=provider, cookie_key=Secret("k"))), ProviderAccess)


@pytest.mark.parametrize(
    ("url", "host", "always", "name"),
    [
        ("https://watch.example.com", "watch.example.com", False, "__Host-dagnet_realtime"),
        ("https://watch.example.com", "127.0.0.1:8765", False, "__Host-dagnet_realtime"),
        ("http://watch.example.com", "watch.example.com", False, "__Host-dagnet_realtime"),
        ("", "watch.example.com", False, "__Host-dagnet_realtime"),
        ("", "10.0.0.7:8765", False, "__Host-dagnet_realtime"),
        ("", "localhost.evil.example:80", False, "__Host-dagnet_realtime"),
        ("", "", False, "__Host-dagnet_realtime"),
        ("", "127.0.0.1:8765", False, "dagnet_realtime_8765"),
        ("", "localhost:443", False, "dagnet_realtime_443"),
        ("", "LOCALHOST", False, "dagnet_realtime"),
        ("", "[::1]:8766", False, "dagnet_realtime_8766"),
        ("http://127.0.0.1:8765", "localhost:8766", False, "dagnet_realtime_8766"),
        ("", "127.0.0.1:8765", True, "__Host-dagnet_realtime"),
        ("", "app.vercel.app", True, "__Host-dagnet_realtime"),
    ],
)
@pytest.mark.parametrize("mode", ["token", "oidc"])
async def test_cookies_travel_over_https_alone_but_on_this_machine(mode: str, url: str, host: str, always: bool, name: str) -> None:
    """ACC-13: without any setting; on this machine the name holds the port that the browser sees."""
    access = built(AccessConfig(mode=mode, provider=ProviderConfig(issuer="https://id.example.com")), url, secure=always)  # type: ignore[arg-type]
    assert isinstance(access, TokenAccess | ProviderAccess)
    line = await access.sign_out(Asked("POST", host))
    assert line.startswith(f"{name}=;")
    assert ("; Secure" in line) == name.startswith("__Host-")


async def test_processes_behind_one_name_share_a_sign_in(tmp_path: Path) -> None:
    """ACC-13: whatever ports they have themselves; the browser sees one."""
    kept, text = mint("ann", "watch", ("*",), 0, None, os.urandom)
    file.write(tmp_path / "t.json", [kept])
    given = AccessConfig(mode="token", tokens=str(tmp_path / "t.json"), cookie_key=Secret("k"))
    one, two = (access_for(Config(server=ServerConfig(port=port), access=given), FakeClock(), Grants(())) for port in (8765, 8766))
    assert isinstance(one, TokenAccess)
    for host in ("localhost:8443", "localhost", "realtime.example.com"):
        cookie = one.sign_in(text, host)[0].partition(";")[0]
        assert (await two.person(Asked("GET", host, cookie=cookie))).name == f"token:{kept.id}"
        with pytest.raises(Problem):
            await two.person(Asked("GET", "localhost:9", cookie=cookie))


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
