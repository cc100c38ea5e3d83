"""What is known of views that a provider carries where no process lives: kept outside, advanced by whoever has a request to answer."""

from typing import Protocol

import msgspec

from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.fit import Fit
from dagnet_realtime.model.ledger import RelayLedger


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One view at its provider. Times are milliseconds since 1970 by the store's clock.

    `channel` is the provider's name for it, `cursor` the position up to which its frames were published; while it is `idle` nobody
    watches and nothing is published, and it begins anew at the log's head. `ready_at` is when the provider may be given more, `beaten_at`
    when something last went out, `looked_at` when it was last asked for its `subscribers`.
    """

    channel: str
    cursor: str = ""
    idle: bool = True
    fit: Fit = Fit()
    awaited_until: int = 0
    rests_until: int = 0
    failures: int = 0
    ready_at: int = 0
    beaten_at: int = 0
    looked_at: int = 0
    subscribers: int | None = 0


class Held(msgspec.Struct, frozen=True):
    """A post as it was at `now`, and when each session that was let in has last been confirmed; `ledger` is its channel's.

    `awaited_until` is until when somebody who was let in may still be about to subscribe.
    """

    post: Post
    now: int
    seats: dict[str, int]
    ledger: RelayLedger
    awaited_until: int = 0


class Given(msgspec.Struct, frozen=True):
    """A post as it has become, what that has cost, and the seats (with the moment they were last confirmed) that are to be struck off."""

    post: Post
    spent: RelayLedger
    gone: dict[str, int]


class Posts(Protocol):
    """Every method raises `Problem("unavailable")` where the store cannot be reached."""

    async def views(self, channel: Channel) -> list[str]:
        """The views of a channel in which anybody has a seat."""
        ...

    async def seat(self, channel: Channel, view: str, session: str, first: Post, grace: int) -> Held:
        """Confirms a session's seat at this moment; `first` is the post where there is none yet.

        For `grace` ms, and where the post is new for a while, somebody is about to subscribe.
        """
        ...

    async def take(self, channel: Channel, view: str, holder: str, seconds: float) -> Held | None:
        """The post, which nobody else may advance for so long; None where somebody does, who is told that there is more to do."""
        ...

    async def give(self, channel: Channel, view: str, holder: str, given: Given, *, more: bool) -> bool:
        """Keeps what has become of the post, if it is still the holder's.

        Answers True where there is more to do and `more` says that the holder will; else somebody else may take it.
        """
        ...
