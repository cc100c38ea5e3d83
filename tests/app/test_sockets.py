"""The sockets that the server listens on, and uvicorn as a library."""

import resource
import signal
import socket

import pytest

from dagnet_realtime.app.sockets import (
    MIN_CONNECTIONS,
    SPARE_FILES,
    UvicornServer,
    is_loopback,
    listen,
    max_connections,
    origin_of,
)
from dagnet_realtime.config.config import Config, ServerConfig
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.connection import ConnectionLimits, connection
from dagnet_realtime.web.connection_stats import ConnectionStats


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.com", ""])
def test_local_access_listens_on_this_machine_only(host: str) -> None:
    """ACC-10: it refuses to bind anywhere else, and says why."""
    with pytest.raises(Problem) as refused:
        listen(Config(server=ServerConfig(host=host, port=0)))
    assert refused.value.code == "forbidden"


def test_any_free_port_can_be_asked_for() -> None:
    """CLI-8: port 0 takes a free port, and the origin names it."""
    with listen(Config(server=ServerConfig(port=0))) as bound:
        assert origin_of(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"
        assert bound.getsockname()[1] > 0


def test_a_taken_port_is_a_problem_with_a_way_out() -> None:
    """CLI-8: a taken port is a problem with a sentence, not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Problem) as refused:
            listen(Config(server=ServerConfig(port=port)))
    assert refused.value.title == f"Port {port} is already in use"


def test_loopback_has_many_names() -> None:
    """ACC-10: all of 127.0.0.0/8, ::1 and localhost are loopback; names that must be resolved are
    not.
    """
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "localhost.example.com", "10.0.0.1"))


async def test_the_server_leaves_signals_alone() -> None:
    """HUB-13: signals belong to the program, so uvicorn installs no handlers."""
    before = signal.getsignal(signal.SIGTERM)
    server = UvicornServer(None, connection(ConnectionLimits(), ConnectionStats()))
    with server.capture_signals():
        assert signal.getsignal(signal.SIGTERM) is before
    server.stop()
    assert server.should_exit


def test_there_is_room_for_as_many_connections_as_there_are_files() -> None:
    """CON-4: files that the program needs otherwise are set aside; a soft limit is raised if it may
    be.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1000), hard))
        assert max_connections(200) == 200
        assert max_connections(10**9) == resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE_FILES
        assert max_connections(1) == 1
        assert MIN_CONNECTIONS < 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
