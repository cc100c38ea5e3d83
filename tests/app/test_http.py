"""uvicorn as a library."""

import signal

from dagnet_realtime.app.http import Server


async def test_the_server_leaves_signals_alone() -> None:
    """WEB-24: they belong to the program."""
    before = signal.getsignal(signal.SIGTERM)
    server = Server(None)
    with server.capture_signals():
        assert signal.getsignal(signal.SIGTERM) is before
    server.stop()
    assert server.should_exit
