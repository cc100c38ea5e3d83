"""A worker in an interpreter of its own, which runs the version installed when it starts.

A forked worker runs its parent's version. A spawned one is started by the same command line, and
reads from a pipe what all workers share: the listening socket, the store's URL and generated keys.
It reports as a forked one does, so an older parent understands a newer worker.
"""

import base64
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping

import msgspec

from dagnet_realtime.app.serve import ForkedState
from dagnet_realtime.config.config import Config
from dagnet_realtime.config.sources import SUCCESSOR
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem


class InheritedState(msgspec.Struct, frozen=True, kw_only=True):
    """What a spawned worker reads from the pipe.

    `bound`, `alive` and `tell` are file descriptors; keys are base64, token keys by channel. A
    later version may add fields with defaults; unknown ones are ignored.
    """

    bound: int
    alive: int
    tell: int
    log: str
    public_url: str
    key_file: str = ""
    cookie_key: str = ""
    token_keys: dict[str, str] = {}


def can_spawn(config: Config) -> bool:
    """Whether a new process can read the configuration: from a file, not in local access."""
    return bool(config.file) and config.access.mode != "local"


def spawn(config: Config, bound: socket.socket, alive: int) -> tuple[int, int]:
    """Starts a worker; returns its process id and the pipe on which it reports.

    Raises `Problem("unavailable")` if the system cannot start it.
    """
    ready_fd, report_fd = os.pipe()
    try:
        return _spawn(config, bound, alive, report_fd), ready_fd
    except OSError as error:
        os.close(ready_fd)
        raise Problem(
            "unavailable",
            "A worker could not be started",
            str(error.strerror),
            "See the limits that the system sets for this service",
        ) from None
    finally:
        os.close(report_fd)


def _spawn(config: Config, bound: socket.socket, alive: int, report_fd: int) -> int:
    keys = {str(one.channel): _text(one.policy.token_key) for one in config.workspaces}
    state = InheritedState(
        bound=bound.fileno(),
        alive=alive,
        tell=report_fd,
        log=config.server.log,
        public_url=config.server.public_url,
        key_file=config.key_file or "",
        cookie_key=_text(config.access.cookie_key),
        token_keys={channel: key for channel, key in keys.items() if key},
    )
    read_fd, write_fd = os.pipe()
    with (
        contextlib.suppress(BrokenPipeError),
        os.fdopen(write_fd, "wb") as pipe,
    ):  # the worker died at once
        try:
            with _inherited(bound.fileno(), alive, report_fd, read_fd):
                command = [sys.executable, *sys.orig_argv[1:]]
                pid = os.posix_spawn(
                    sys.executable, command, {**os.environ, SUCCESSOR: str(read_fd)}
                )
        finally:
            os.close(read_fd)
        pipe.write(msgspec.json.encode(state))
    return pid


def inherited_state(environ: Mapping[str, str]) -> InheritedState:
    """Reads the state that this spawned process inherits."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with os.fdopen(int(environ[SUCCESSOR]), "rb") as pipe:
        return msgspec.json.decode(pipe.read(), type=InheritedState)


def apply_inherited(state: InheritedState, config: Config) -> Config:
    """`config` as this process read it, with the settings and keys that all workers share."""
    server = msgspec.structs.replace(config.server, log=state.log, public_url=state.public_url)
    cookie_key = _secret(state.cookie_key) or config.access.cookie_key
    workspaces = []
    for one in config.workspaces:
        token_key = _secret(state.token_keys.get(str(one.channel), "")) or one.policy.token_key
        workspaces.append(
            msgspec.structs.replace(
                one, policy=msgspec.structs.replace(one.policy, token_key=token_key)
            )
        )
    access = msgspec.structs.replace(config.access, cookie_key=cookie_key)
    return msgspec.structs.replace(
        config,
        server=server,
        access=access,
        workspaces=tuple(workspaces),
        key_file=state.key_file or config.key_file,
    )


def inherited_socket(state: InheritedState) -> ForkedState:
    """The inherited listening socket."""
    return ForkedState(socket.socket(fileno=state.bound))


@contextlib.contextmanager
def _inherited(*descriptors: int) -> Iterator[None]:
    """Lets processes started in this context inherit the descriptors."""
    for one in descriptors:
        os.set_inheritable(one, True)  # noqa: FBT003  # the standard library's own signature
    try:
        yield
    finally:
        for one in descriptors:
            os.set_inheritable(one, False)  # noqa: FBT003


def _text(key: Secret | None) -> str:
    return base64.b64encode(key.reveal()).decode() if key is not None else ""


def _secret(text: str) -> Secret | None:
    return Secret(base64.b64decode(text)) if text else None
