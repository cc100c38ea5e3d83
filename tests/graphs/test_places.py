"""Places that are read together."""

import threading
from collections.abc import Callable

from dagnet_realtime.graphs.places import PlaceGraphs
from dagnet_realtime.model.graph import Catalogue


class Slow:
    """A place whose reading lasts until it is let go."""

    def __init__(self) -> None:
        self.catalogue = Catalogue(version="")
        self.due = True
        self.reads = 0
        self.began = threading.Event()
        self.go = threading.Event()

    def load(self) -> None:
        self.reads += 1
        self.began.set()
        assert self.go.wait(30)
        self.catalogue = Catalogue(version=str(self.reads))
        self.due = False

    async def follow(self, tell: Callable[[], None]) -> None:
        tell()


def test_the_first_reading_is_waited_for_and_later_ones_are_not() -> None:
    """GRA-26: two requests at a time ask once; what is there stays in use meanwhile."""
    place = Slow()
    graphs = PlaceGraphs({"w": place})
    requests = [threading.Thread(target=graphs.renew) for _ in range(2)]
    for request in requests:
        request.start()
    place.go.set()
    for request in requests:
        request.join(30)
    assert (place.reads, graphs.catalogue("w").version, graphs.due) == (1, "1", False)
    place.due = True
    place.began.clear()
    place.go.clear()
    renewing = threading.Thread(target=graphs.renew)
    renewing.start()
    assert place.began.wait(30)
    graphs.renew()
    assert graphs.catalogue("w").version == "1"
    place.go.set()
    renewing.join(30)
    assert graphs.catalogue("w").version == "2"
