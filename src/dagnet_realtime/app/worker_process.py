"""A worker that runs in an interpreter of its own, so that it is of the version that is installed when it starts.

A forked worker is of the version that its parent was started with, for ever. A successor is started as the parent was, by the same command
line, and told by a pipe what it must have in common with the others: the socket to serve on, the address of the store, and keys that
were generated. It says when it is ready as a forked one does, so an older parent understands a newer worker.
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
    """What a successor is handed. `bound`, `alive` and `tell` are file descriptors; keys are base64, token keys are by channel.

    A later version may add fields with defaults; unknown ones are passed over.
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
    """Whether another process can read the same configuration: from a file, and with no key that only this machine's processes share."""
    return bool(config.file) and config.access.mode != "local"


def spawn(config: Config, bound: socket.socket, alive: int) -> tuple[int, int]:
    """Starts a successor; its process id, and where it tells that it is ready. Raises `Problem("unavailable")` where the system cannot."""
    told_on, tell = os.pipe()
    try:
        return _spawned(config, bound, alive, tell), told_on
    except OSError as error:
        os.close(told_on)
        raise Problem(
            "unavailable",
            "A worker could not be started",
            str(error.strerror),
            "See the limits of this service",
        ) from None
    finally:
        os.close(tell)


def _spawned(config: Config, bound: socket.socket, alive: int, tell: int) -> int:
    keys = {str(one.channel): _text(one.policy.token_key) for one in config.workspaces}
    handed = InheritedState(
        bound=bound.fileno(),
        alive=alive,
        tell=tell,
        log=config.server.log,
        public_url=config.server.public_url,
        key_file=config.key_file or "",
        cookie_key=_text(config.access.cookie_key),
        token_keys={channel: key for channel, key in keys.items() if key},
    )
    told, write = os.pipe()
    with (
        contextlib.suppress(BrokenPipeError),
        os.fdopen(write, "wb") as pipe,
    ):  # one that died at once reads nothing
        try:
            with _inherited(bound.fileno(), alive, tell, told):
                command = [sys.executable, *sys.orig_argv[1:]]
                pid = os.posix_spawn(sys.executable, command, {**os.environ, SUCCESSOR: str(told)})
        finally:
            os.close(told)
        pipe.write(msgspec.json.encode(handed))
    return pid


def inherited_state(environ: Mapping[str, str]) -> InheritedState:
    """What this process, which was started as a successor, is handed."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with os.fdopen(int(environ[SUCCESSOR]), "rb") as pipe:
        return msgspec.json.decode(pipe.read(), type=InheritedState)


def apply_inherited(handed: InheritedState, config: Config) -> Config:
    """The configuration as this process read it, with what all of them must have in common."""
    server = msgspec.structs.replace(config.server, log=handed.log, public_url=handed.public_url)
    cookie_key = _secret(handed.cookie_key) or config.access.cookie_key
    workspaces = []
    for one in config.workspaces:
        token_key = _secret(handed.token_keys.get(str(one.channel), "")) or one.policy.token_key
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
        key_file=handed.key_file or config.key_file,
    )


def inherited_socket(handed: InheritedState) -> ForkedState:
    """The socket to serve on."""
    return ForkedState(socket.socket(fileno=handed.bound))


@contextlib.contextmanager
def _inherited(*descriptors: int) -> Iterator[None]:
    """While this lasts a process that is started has them open too."""
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
