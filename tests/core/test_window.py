"""The dedupe window."""

from dagnet_realtime.core.window import GENERATIONS, DedupeWindow


def test_an_id_is_new_once() -> None:
    """LOG-3: an id is new once."""
    window = DedupeWindow(0)
    assert window.add_if_new("a", 0)
    assert not window.add_if_new("a", 1)


def test_an_id_is_remembered_for_the_whole_window_by_time() -> None:
    """LOG-3: an id is remembered for the whole window from its arrival."""
    for came in range(0, 100, 7):
        window = DedupeWindow(0, seconds=100)
        for at in range(came):
            window.add_if_new(f"before {at}", at * 1000)
        assert window.add_if_new("a", came * 1000)
        for at in range(came + 1, came + 100):
            window.add_if_new(f"after {at}", at * 1000)
        assert not window.add_if_new("a", (came + 99) * 1000)


def test_an_id_is_remembered_for_the_whole_window_by_number() -> None:
    """LOG-3: an id is remembered among as many others as the window holds."""
    window = DedupeWindow(0, entries=1000)
    window.add_if_new("a", 0)
    for number in range(999):
        window.add_if_new(str(number), 0)
    assert not window.add_if_new("a", 0)


def test_the_window_is_bounded() -> None:
    """LOG-3: it holds no more than one generation beyond its promise."""
    window = DedupeWindow(0, entries=1000)
    for number in range(20_000):
        window.add_if_new(str(number), 0)
    assert len(window) <= 1000 * GENERATIONS / (GENERATIONS - 1)
    assert window.add_if_new("0", 0)


def test_the_window_tells_its_start() -> None:
    """LOG-3: four hours ago, or later once ids were dropped for their number."""
    window = DedupeWindow(0, seconds=100, entries=10)
    assert window.start(50_000) == -50_000
    for number in range(100):
        window.add_if_new(str(number), 1000 + number)
    assert window.start(1100) > 1000
