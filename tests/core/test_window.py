"""The dedupe window."""

from dagnet_realtime.core.window import GENERATIONS, Window


def test_an_id_is_new_once() -> None:
    """LOG-3: seen is seen."""
    window = Window(0)
    assert window.new("a", 0)
    assert not window.new("a", 1)


def test_an_id_is_remembered_for_the_whole_window_by_time() -> None:
    """LOG-3: for at least four hours, whenever it came."""
    for came in range(0, 100, 7):
        window = Window(0, seconds=100)
        for at in range(came):
            window.new(f"before {at}", at * 1000)
        assert window.new("a", came * 1000)
        for at in range(came + 1, came + 100):
            window.new(f"after {at}", at * 1000)
        assert not window.new("a", (came + 99) * 1000)


def test_an_id_is_remembered_for_the_whole_window_by_number() -> None:
    """LOG-3: among at least a million others."""
    window = Window(0, entries=1000)
    window.new("a", 0)
    for number in range(999):
        window.new(str(number), 0)
    assert not window.new("a", 0)


def test_the_window_is_bounded() -> None:
    """LOG-3: it holds no more than one generation beyond its promise."""
    window = Window(0, entries=1000)
    for number in range(20_000):
        window.new(str(number), 0)
    assert len(window) <= 1000 * GENERATIONS / (GENERATIONS - 1)
    assert window.new("0", 0)


def test_the_window_tells_its_start() -> None:
    """LOG-4: four hours ago, or later once ids were dropped for their number."""
    window = Window(0, seconds=100, entries=10)
    assert window.start(50_000) == -50_000
    for number in range(100):
        window.new(str(number), 1000 + number)
    assert window.start(1100) > 1000
