"""What becomes of connections."""

from dagnet_realtime.web.traffic import CUT, Traffic


def test_every_reason_has_its_count() -> None:
    """CON-5: a connection is cut for one of them."""
    traffic = Traffic(most=5)
    for reason in CUT:
        traffic.cut(reason)
    assert [getattr(traffic, reason) for reason in CUT] == [1] * len(CUT)
