"""What the program makes from its configuration: graph sources, relays, function workspaces and
authentication.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from dagnet_realtime.app.factories import (
    Grants,
    authenticator,
    function_channels,
    identity_provider,
    open_relays,
    read_catalogues,
    relay_manager,
    viewer_tokens,
)
from dagnet_realtime.config import token_file as file
from dagnet_realtime.config.config import (
    AccessConfig,
    Config,
    ProviderConfig,
    ProxyConfig,
    ServerConfig,
)
from dagnet_realtime.core.access_tokens import create_token
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.relay_manager import NO_RELAYS
from dagnet_realtime.hub.relay_process import ProcessRelayManager
from dagnet_realtime.hub.relay_shared import SharedRelayManager
from dagnet_realtime.model.access import RoleBinding, Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy, Workspace
from dagnet_realtime.web.auth.github import GitHub
from dagnet_realtime.web.auth.local import ForkedAuthState, LocalAuthenticator
from dagnet_realtime.web.auth.openid import OpenId
from dagnet_realtime.web.auth.provider import OidcAuthenticator
from dagnet_realtime.web.auth.proxy import ProxyAuthenticator
from dagnet_realtime.web.auth.request import AuthRequest
from dagnet_realtime.web.auth.token import TokenAuthenticator
from dagnet_realtime.web.auth.viewer import ViewerKeys
from tests.hub.provider import Provider
from tests.hub.relay_states import MemoryRelayStates
from tests.hub.stage import SHOP
from tests.hub.test_relay_publisher import Platform
from tests.support.clock import FakeClock


def test_each_folder_has_a_catalogue_even_if_it_does_not_exist(tmp_path: Path) -> None:
    """GRA-2: what cannot be read is said."""
    (tmp_path / "a/graphs").mkdir(parents=True)
    (tmp_path / "a/graphs/g.json").write_text('{"nodes": []}')
    found = read_catalogues({"a": tmp_path / "a", "b": tmp_path / "b"})
    assert set(found["a"].graphs) == {"g"}
    assert "does not exist" in found["b"].errors[0].text


def workspace(id: str, relay: str) -> Workspace:
    return Workspace(
        channel=Channel(id, "prod"),
        path=".",
        policy=Policy(relay=Secret(relay) if relay else None, token_key=Secret(b"k")),
    )


async def test_only_workspaces_that_say_so_have_a_relay() -> None:
    """REL-1: the others go by stream and poll."""
    async with open_relays(
        [workspace("a", "pusher://k:s@h/1"), workspace("b", "")], FakeClock()
    ) as found:
        assert [channel.workspace for channel in found] == ["a"]
        assert found[Channel("a", "prod")].limits.connects == ("ws://h:80",)


async def test_a_wrong_address_stops_the_start() -> None:
    """REL-1: a wrong relay address is a problem at the start, not silence later."""
    with pytest.raises(Problem, match="relay's address"):
        async with open_relays([workspace("a", "amqp://k:s@h/1")], FakeClock()):
            pass


async def test_processes_that_share_a_store_publish_together() -> None:
    """REL-25: one that is alone does so from its own feeds; without a relay there is nothing to publish."""
    async with Platform() as stage:

        def chosen(relays: dict[Channel, Provider], posts: MemoryRelayStates | None) -> object:
            return relay_manager(stage.context, FeedRegistry(stage.context), relays, posts)

        relays = {SHOP: stage.provider}
        assert isinstance(chosen(relays, stage.relay_states), SharedRelayManager)
        assert isinstance(chosen(relays, None), ProcessRelayManager)
        assert chosen({}, stage.relay_states) is chosen({}, None) is NO_RELAYS


def workspace_functions(id: str, relay: str = "pusher://k:s@h/1", **policy: Any) -> Workspace:
    rules = Policy(relay=Secret(relay), token_key=Secret(b"k"), **policy)
    return Workspace(channel=Channel(id, "prod"), path=".", policy=rules)


async def test_a_workspace_has_a_relay_of_ours_or_a_function_that_publishes() -> None:
    """FUN-12: a workspace has one of both and never both, so that nothing is published twice."""
    both = [workspace_functions("a"), workspace_functions("b", ingest="function")]
    assert [channel.workspace for channel in function_channels(both)] == ["b"]
    async with open_relays(both, FakeClock()) as found:
        assert [channel.workspace for channel in found] == ["a"]


def test_a_wrong_address_stops_the_start_functions() -> None:
    """FUN-12, REL-1: a wrong relay address of a function is a problem at the start, not silence
    later.
    """
    with pytest.raises(Problem, match="relay's address"):
        function_channels([workspace_functions("b", "amqp://k:s@h/1", ingest="function")])


GRANTS = (
    RoleBinding(who="repository:acme/data", role="follow"),
    RoleBinding(who="ann", role="watch"),
    RoleBinding(who="repository:acme/data", role="watch"),
)


def built(
    access: AccessConfig, url: str = "https://watch.example.com", *, secure: bool = False
) -> object:
    config = Config(server=ServerConfig(public_url=url), access=access)
    return authenticator(config, FakeClock(), Grants(access.grants), secure=secure)


def test_every_mode_has_its_adapter() -> None:
    """ACC-10: all modes of access implement one protocol."""
    proxy = ProxyConfig(header="x-user", trusted=("10.0.0.1",), secret=Secret("s"))
    provider = ProviderConfig(issuer="https://id.example.com", client_id="us")
    assert isinstance(built(AccessConfig()), LocalAuthenticator)
    assert isinstance(built(AccessConfig(mode="token")), TokenAuthenticator)
    assert isinstance(built(AccessConfig(mode="proxy", proxy=proxy)), ProxyAuthenticator)
    assert isinstance(
        built(AccessConfig(mode="oidc", provider=provider, cookie_key=Secret("k"))),
        OidcAuthenticator,
    )


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
async def test_cookies_travel_over_https_alone_but_on_this_machine(
    mode: str, url: str, host: str, always: bool, name: str
) -> None:
    """ACC-13: a cookie needs HTTPS, except on this machine, where its name holds the browser's
    port.
    """
    access = built(
        AccessConfig(mode=mode, provider=ProviderConfig(issuer="https://id.example.com")),
        url,
        secure=always,
    )  # type: ignore[arg-type]
    assert isinstance(access, TokenAuthenticator | OidcAuthenticator)
    line = await access.sign_out(AuthRequest("POST", host))
    assert line.startswith(f"{name}=;")
    assert ("; Secure" in line) == name.startswith("__Host-")


async def test_processes_behind_one_name_share_a_sign_in(tmp_path: Path) -> None:
    """ACC-13: a cookie of one process holds at another on another port, under the host name that
    the browser sees.
    """
    kept, text = create_token("ann", "watch", ("*",), 0, None, os.urandom)
    file.write_token_file(tmp_path / "t.json", [kept])
    given = AccessConfig(mode="token", tokens=str(tmp_path / "t.json"), cookie_key=Secret("k"))
    one, two = (
        authenticator(Config(server=ServerConfig(port=port), access=given), FakeClock(), Grants(()))
        for port in (8765, 8766)
    )
    assert isinstance(one, TokenAuthenticator)
    for host in ("localhost:8443", "localhost", "realtime.example.com"):
        cookie = one.sign_in(text, host)[0].partition(";")[0]
        assert (
            await two.person(AuthRequest("GET", host, cookie=cookie))
        ).name == f"token:{kept.id}"
        with pytest.raises(Problem):
            await two.person(AuthRequest("GET", "localhost:9", cookie=cookie))


def test_github_is_asked_about_the_repositories_that_grants_name() -> None:
    """ACC-18: GitHub is asked about each named repository once, and about no other."""
    given = AccessConfig(
        mode="oidc",
        provider=ProviderConfig(kind="github", issuer="https://github.com", client_id="us"),
    )
    provider = identity_provider(given, Grants(GRANTS), FakeClock())
    assert isinstance(provider, GitHub)
    assert provider._repositories == ("acme/data",)
    assert isinstance(identity_provider(AccessConfig(), Grants(GRANTS), FakeClock()), OpenId)
    with pytest.raises(Problem, match="names no single repository"):
        identity_provider(
            given, Grants([RoleBinding(who="repository:acme/*", role="watch")]), FakeClock()
        )


def test_a_file_of_tokens_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    """ACC-10: a broken file is a problem at the start, not at the first sign-in."""
    (tmp_path / "t.json").write_text("{")
    with pytest.raises(Problem, match="cannot be checked"):
        built(AccessConfig(mode="token", tokens=str(tmp_path / "t.json")))
    file.write_token_file(tmp_path / "t.json", [])
    built(AccessConfig(mode="token", tokens=str(tmp_path / "t.json")))


def test_grants_are_replaced_as_a_whole() -> None:
    """ACC-21: the next request sees the later ones."""
    grants = Grants(GRANTS)
    assert grants() == GRANTS
    grants.current = ()
    assert grants() == ()


async def test_viewer_tokens_end_with_the_key_of_their_program() -> None:
    """ACC-65: they count in all processes of one start, and after a restart in none, though the token key stays."""
    clock, config = FakeClock(), Config(access=AccessConfig(mode="local"))
    policy = Policy(token_key=Secret("t" * 32))
    keys = ViewerKeys([Workspace(channel=SHOP, path=".", policy=policy)])
    first, second = ForkedAuthState(), ForkedAuthState()
    access, *others = (
        authenticator(config, clock, Grants([]), forked=forked) for forked in (first, first, second)
    )
    tokens, twin, restarted = (viewer_tokens(config, one, keys, clock) for one in (access, *others))
    assert isinstance(access, LocalAuthenticator)
    program = await access.person(AuthRequest("POST", authorization=f"Bearer {access.program_key}"))
    minted, _ = tokens.mint(program, SHOP, "watch", "u-1", 60)
    assert access.program_key not in minted
    assert twin.person(minted).role(SHOP) == "watch"
    with pytest.raises(Problem) as refused:
        restarted.person(minted)
    assert refused.value.code == "unauthorized"
