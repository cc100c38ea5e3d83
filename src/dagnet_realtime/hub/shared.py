"""A view and what its viewers share: the ring of its frames."""

import msgspec

from dagnet_realtime.core.view import Nodes, View
from dagnet_realtime.hub.ring import Ring
from dagnet_realtime.hub.sent import Sent, sent
from dagnet_realtime.model.frame import Batch, Beat, Change, Forget, Gap, Posture
from dagnet_realtime.model.ledger import Ledger
from dagnet_realtime.model.position import Position
from dagnet_realtime.ports.log import Lost, Stretch

REVEALS = "identities"  # what a key's role begins with where the view shows raw identifiers


class ViewKey(msgspec.Struct, frozen=True):
    """Viewers with the same key get the same frames. The graph's files may change under a view; all its viewers go along."""

    graph: str
    filter: str
    role: str
    policy: str


class SharedView:
    """One view of a feed. `viewers` counts who is attached; `used` is when somebody last was, in monotonic seconds."""

    def __init__(self, key: ViewKey, view: View, posture: Posture, ring: Ring, at: float) -> None:
        self.key = key
        self.view = view
        self.posture = posture
        self.ring = ring
        self.viewers = 0
        self.used = at
        self.beaten = at

    def stretch(self, found: Stretch, matched: list[Nodes], follows: frozenset[str], at: float) -> Ledger:
        """The shared frame of one tick; its ledger."""
        end = found.end
        batch = self.view.batch(str(self.ring.head), str(end), found.entries, matched, follows, at)
        self.ring.push(sent(batch, end))
        return batch.ledger

    def lost(self, lost: Lost) -> None:
        """The feed itself lost its place: everybody learns it."""
        self.ring.push(gap(self.ring.head, lost.resume, lost.missed, lost.reason))

    def beat(self, beat: Beat, at: float) -> None:
        """A sign of life for everybody."""
        self.beaten = at
        self.ring.push(sent(beat, self.ring.head))

    def change(self, change: Change) -> None:
        """The graph's files, or the policy, are others from here on."""
        self.posture = change.posture
        self.ring.push(sent(change, self.ring.head))

    def forget(self, tokens: tuple[str, ...]) -> None:
        """Frames that may carry the tokens are dropped; everybody is told to drop them too."""
        self.ring.empty()
        self.ring.push(sent(Forget(tokens=tokens), self.ring.head))

    def private(self, found: Stretch, end: Position, matched: list[Nodes], follows: frozenset[str], at: float) -> Sent:
        """A frame for one viewer that stands off every boundary."""
        batch: Batch = self.view.private(str(found.start), str(end), found.entries, matched, follows, at)
        return sent(batch, end)


def gap(at: Position, resume: Position, missed: int | None, reason: str) -> Sent:
    """The frame that says what was missed between `at` and `resume`."""
    return sent(Gap(from_=str(at), to=str(resume), missed=missed, reason=reason), resume)
