"""uvicorn as a library."""

import resource
import signal

from dagnet_realtime.app.http import LEAST, SPARE_FILES, Server, room
from dagnet_realtime.web.connection import Bounds, connection
from dagnet_realtime.web.traffic import Traffic


async def test_the_server_leaves_signals_alone() -> None:
    """WEB-24: they belong to the program."""
    before = signal.getsignal(signal.SIGTERM)
    server = Server(None, connection(Bounds(), Traffic()))
    with server.capture_signals():
        assert signal.getsignal(signal.SIGTERM) is before
    server.stop()
    assert server.should_exit


def test_there_is_room_for_as_many_connections_as_there_are_files() -> None:
    """CON-4: what the program needs besides is left; a soft limit is raised where it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1000), hard))
        assert room(200) == 200
        assert room(10**9) == resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE_FILES
        assert room(1) == 1
        assert LEAST < 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
