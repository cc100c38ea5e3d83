"""One view of a channel, made for one request: no feed runs behind it and nothing is remembered but how much fitted last."""

from dagnet_realtime.core.filter import parse_filter
from dagnet_realtime.core.fitting import fitted
from dagnet_realtime.core.matching import Table
from dagnet_realtime.core.view import View, match_all
from dagnet_realtime.hub.feed import redaction_of
from dagnet_realtime.hub.mailing import room
from dagnet_realtime.model.entry import forgotten
from dagnet_realtime.model.fit import Fit
from dagnet_realtime.model.frame import Batch, Forget
from dagnet_realtime.model.graph import Catalogue, Graph
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.ports.log import Stretch
from dagnet_realtime.ports.relay import Terms


class Pane:
    """`graph` through `filter` under `policy`; raw identifiers are never shown."""

    def __init__(self, graph: Graph, filter: str, policy: Policy, catalogue: Catalogue) -> None:
        self.graph = graph
        self._table = Table(graph.listens)
        self._view = View(graph, parse_filter(filter), policy, redaction_of(policy, catalogue))
        self._made_of = (graph, policy, catalogue)

    def made_of(self, *given: object) -> bool:
        """Whether this is what would be made of a graph, a policy and a catalogue."""
        return all(one is other for one, other in zip(given, self._made_of, strict=True))

    def frames(self, found: Stretch, fit: Fit, follows: frozenset[str], at: float, terms: Terms) -> tuple[list[Batch | Forget], Fit]:
        """The frame of a stretch, made to fit, and who asked to be forgotten in it; `at` is in seconds of any clock that goes on."""
        matched = match_all(self._table, found.entries)
        batch = self._view.private(str(found.start), str(found.end), found.entries, matched, follows, at)
        batch, fit = fitted(batch, fit, room(terms), follows, at)
        tokens = forgotten(found.entries)
        return [batch, Forget(tokens=tokens)] if tokens else [batch], fit
