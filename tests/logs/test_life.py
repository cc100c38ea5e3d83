"""One life of a log in memory."""

from dagnet_realtime.logs.life import Life
from dagnet_realtime.ports.log import Lost
from tests.support.entries import entries


def test_marks_do_not_grow_with_traffic() -> None:
    """LOG-9: arrival times are kept per second, so a flood costs no more than its entries."""
    life = Life("e", 100, 900, 0)
    life.lease("a", 1e9)
    for tick in range(1000):
        life.append(entries(tick * 10, tick * 10 + 9), tick, tick / 100)
    assert len(life._marks) <= 11
    assert len(life._slots) == 100


def test_retention_and_bound_agree_on_the_oldest_entry() -> None:
    """LOG-8, LOG-9: whichever bound strikes first decides what is lost."""
    life = Life("e", 10, 5, 0)
    life.lease("a", 1e9)
    start = life.head()
    life.append(entries(1, 8), 0, 0.0)
    life.append(entries(9, 15), 3000, 3.0)
    assert life.read(start, 100) == Lost(life._position(5), 5, "retention")
    life.expire(7.0)
    assert life.read(start, 100) == Lost(life._position(8), 8, "retention")
    life.expire(20.0)
    assert life.read(start, 100) == Lost(life.head(), 15, "retention")
    assert life.head().check == ""
