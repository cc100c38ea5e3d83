"""People who watch by a viewer token."""

import secrets
from collections.abc import Callable

import pytest

from dagnet_realtime.core.roles import EVERYTHING, Roles
from dagnet_realtime.model.access import Role, Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Channel, Policy, Workspace
from dagnet_realtime.viewer_token import mint_viewer_token
from dagnet_realtime.web.auth.local import LocalAuthenticator
from dagnet_realtime.web.auth.request import AuthRequest, Person
from dagnet_realtime.web.auth.viewer import ViewerAuthenticator, ViewerKeys, ViewerTokens
from tests.support.clock import FakeClock

PROD, STAGING = Channel("shop", "prod"), Channel("shop", "staging")
KEY = "a key that the shop's back end has"
MINTER = Person("token:1", Roles((("follow", ("shop/*",)),)), minter="1")


def workspace(channel: Channel, *keys: str, token_key: str = "t" * 32) -> Workspace:
    return Workspace(
        channel=channel,
        path=".",
        policy=Policy(token_key=Secret(token_key)),
        viewer_keys=tuple(Secret(key) for key in keys),
    )


class Scene:
    """Two environments, of which prod has a key; the minter's roles are what a test says."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.roles: Roles | None = MINTER.roles
        self.keys = ViewerKeys([workspace(PROD, KEY), workspace(STAGING)])
        self.tokens = ViewerTokens(self.keys, self.minter, self.clock)

    def minter(self, id: str) -> Roles | None:
        assert id == "1"
        return self.roles

    def signed(self, env: str = "prod", **given: object) -> str:
        """A token of the back end's own."""
        at = self.clock.now() / 1000
        return mint_viewer_token(
            KEY, **{"workspace": "shop", "env": env, "viewer": "u-1", "now": at, **given}
        )

    def code(self, text: str) -> str:
        with pytest.raises(Problem) as refused:
            self.tokens.person(text)
        return refused.value.code


def test_a_viewer_may_watch_one_channel_in_one_role() -> None:
    """ACC-64: sessions and quotas belong to the viewer of that channel, over every renewal."""
    scene = Scene()
    person = scene.tokens.person(scene.signed(role="follow"))
    assert (person.name, person.id) == ("viewer:u-1", "viewer:shop/prod:u-1")
    assert person.role(PROD) == "follow"
    assert person.role(STAGING) is person.role(Channel("shop", "*")) is None
    assert person.expires_at == scene.clock.now() // 1000 * 1000 + 300_000
    assert scene.tokens.person(scene.signed(seconds=60)).id == person.id
    assert person.minter == "", "a token is not prolonged by minting another"


def test_the_key_of_one_environment_opens_no_other() -> None:
    """ACC-64, ACC-2: tokens of another environment's key, and of another server's own key, are
    refused.
    """
    scene = Scene()
    assert scene.code(scene.signed(env="staging")) == "unauthorized"
    token, _ = scene.tokens.mint(MINTER, STAGING, "watch", "u-1", 60)
    assert scene.tokens.person(token).role(STAGING) == "watch"
    other = ViewerTokens(ViewerKeys([workspace(PROD, KEY)]), scene.minter, scene.clock)
    with pytest.raises(Problem):
        other.person(token)


def test_every_process_knows_what_another_minted() -> None:
    """ACC-64: the server's own key follows from the token key; another token key has others."""
    scene = Scene()
    token, _ = scene.tokens.mint(MINTER, PROD, "watch", "u-1", 60)
    twin = ViewerTokens(ViewerKeys([workspace(PROD)]), scene.minter, scene.clock)
    assert twin.person(token) == scene.tokens.person(token)
    keys = ViewerKeys([workspace(PROD, token_key="o" * 32)])
    with pytest.raises(Problem):
        ViewerTokens(keys, scene.minter, scene.clock).person(token)


def test_a_key_is_replaced_while_both_count() -> None:
    """ACC-64: what an old key signed is good until it is taken out of the configuration."""
    scene = Scene()
    old = scene.signed()
    new = "the next key of the shop's back end"
    scene.keys.shared = {PROD: (new.encode(), KEY.encode())}
    assert scene.tokens.person(old).role(PROD) == "watch"
    scene.keys.shared = {PROD: (new.encode(),)}
    assert scene.code(old) == "unauthorized"
    scene.keys.shared = {}
    assert scene.code(scene.signed()) == "unauthorized"


@pytest.mark.parametrize("role", ["follow", "identities"])
def test_what_the_server_mints_is_never_more_than_the_minter_has(role: Role) -> None:
    """ACC-65: minting is refused beyond the minter's role, channels and time."""
    scene = Scene()
    watcher = Person("token:1", Roles((("watch", ("shop/prod",)),)), minter="1")
    with pytest.raises(Problem) as refused:
        scene.tokens.mint(watcher, PROD, role, "u-1", 60)
    assert refused.value.code == "forbidden"
    for channel in (STAGING, Channel("bank", "prod"), Channel("shop", "*"), Channel("*", "*")):
        with pytest.raises(Problem) as refused:
            scene.tokens.mint(watcher, channel, "watch", "u-1", 60)
        assert refused.value.code == "not_found"
    with pytest.raises(Problem) as refused:
        scene.tokens.mint(Person("root", EVERYTHING, minter="1"), Channel("x", "y"), role, "u", 60)
    assert refused.value.code == "not_found", "a workspace that does not exist"
    soon = Person("token:1", MINTER.roles, expires_at=scene.clock.now() + 30_000, minter="1")
    token, until = scene.tokens.mint(soon, PROD, "watch", "u-1", 3600)
    assert until == (scene.clock.now() + 30_000) // 1000
    assert scene.tokens.person(token).expires_at == until * 1000
    with pytest.raises(Problem):
        scene.tokens.mint(
            Person("token:1", MINTER.roles, expires_at=scene.clock.now(), minter="1"),
            *(PROD, "watch", "u-1", 60),
        )


def test_a_minted_token_loses_what_its_minter_loses() -> None:
    """ACC-65: a lost role takes effect at once, and a minter who cannot be looked up has none."""
    scene = Scene()
    token, _ = scene.tokens.mint(MINTER, PROD, "follow", "u-1", 60)
    changes: tuple[tuple[Roles | None, Role | None], ...] = (
        (Roles((("administer", ("*",)),)), "follow"),
        (Roles((("watch", ("shop/prod",)),)), "watch"),
        (Roles((("follow", ("shop/staging",)),)), None),
        (None, None),
    )
    for roles, role in changes:
        scene.roles = roles
        if role is None:
            assert scene.code(token) == "unauthorized"
        else:
            assert scene.tokens.person(token).role(PROD) == role

    def away(_: str) -> Roles | None:
        raise Problem("unavailable", "Access tokens cannot be checked")

    with pytest.raises(Problem) as refused:
        ViewerTokens(scene.keys, away, scene.clock).person(token)
    assert refused.value.code == "unavailable"


async def test_every_access_mode_knows_viewers_beside_its_own_people() -> None:
    """ACC-64: any other bearer is the mode's own affair, and so is a request without one."""
    scene = Scene()
    local = LocalAuthenticator(scene.clock)
    both = ViewerAuthenticator(local, scene.tokens)
    assert both.mode == "local"
    seen: Callable[[str], AuthRequest] = lambda text: AuthRequest(  # noqa: E731
        "GET", authorization=f"Bearer {text}"
    )
    assert (await both.person(seen(scene.signed()))).name == "viewer:u-1"
    assert (await both.person(seen(local.program_key))).name == "local"
    for wrong in (scene.signed()[:-2] + "AA", "eyJ.eyJ.x", secrets.token_hex(2000), ""):
        with pytest.raises(Problem) as refused:
            await both.person(seen(wrong))
        assert refused.value.code == "unauthorized"
