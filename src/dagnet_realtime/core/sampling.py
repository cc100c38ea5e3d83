"""A floor under the sample: of everything that can light a node now and then one event is carried, so that rare nodes are never starved."""

from collections import OrderedDict
from collections.abc import Hashable

from dagnet_realtime.core.rate import Bucket

FLOOR_SECONDS = 10.0  # in which of each kind at least one event is carried
PER_SECOND, AT_ONCE = 20.0, 100.0  # events that the floor may carry: filters on properties of many values make many kinds
MOST_KINDS = 2_000  # remembered; the one that was carried longest ago is forgotten first


class Floor:
    """`kind` is what decides which nodes an event lights: its name and the properties that filters read."""

    def __init__(self) -> None:
        self._carried: OrderedDict[Hashable, float] = OrderedDict()
        self._bucket = Bucket(PER_SECOND, AT_ONCE)

    def carried(self, kind: Hashable, at: float) -> None:
        """An event of that kind is carried at `at` (seconds) because the sample takes it."""
        self._carried[kind] = at
        self._carried.move_to_end(kind)
        while len(self._carried) > MOST_KINDS:
            self._carried.popitem(last=False)

    def lifts(self, kind: Hashable, at: float) -> bool:
        """Whether an event that the sample leaves out is to be carried all the same."""
        last = self._carried.get(kind)
        if (last is not None and 0 <= at - last < FLOOR_SECONDS) or self._bucket.take(1, at) is not None:
            return False
        self.carried(kind, at)
        return True
