"""A watch session as a store keeps it."""

import msgspec

from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel

SESSION = WatchSession(
    id="s",
    channel=Channel("shop", "prod"),
    graph="g",
    person="oidc:7",
    started_at=0,
    position="e.0",
    name="oidc:ann",
)


def test_a_session_shows_its_persons_name_and_belongs_to_their_id() -> None:
    """ACC-2: one that an older process has stored knows the id alone."""
    assert (SESSION.person, SESSION.shown) == ("oidc:7", "oidc:ann")
    older = {key: value for key, value in msgspec.to_builtins(SESSION).items() if key != "name"}
    assert msgspec.convert(older, WatchSession).shown == "oidc:7"
