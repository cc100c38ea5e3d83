"""What the program runs by: one frozen value, made once at the start and passed to those who need it."""

from typing import Literal
from urllib.parse import urlsplit

import msgspec

from dagnet_realtime.model.workspace import Workspace

AccessMode = Literal["local", "token", "oidc", "proxy"]


class ServerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server listens and where its log is. `port` 0 takes any free one; `log` may hold a password and is masked in `repr`."""

    host: str = "127.0.0.1"
    port: int = 8765
    log: str = "memory://"
    public_url: str = ""

    def __repr__(self) -> str:
        return f"ServerConfig(host={self.host!r}, port={self.port}, log={urlsplit(self.log).scheme}://…, public_url={self.public_url!r})"


class AccessConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Who may watch. `tokens` is the file that keeps the hashes of access tokens, "" where there is none."""

    mode: AccessMode = "local"
    tokens: str = ""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was configured. `demo` allows the server's own visitors; `key_file` is where a key for programs is written."""

    server: ServerConfig = ServerConfig()
    access: AccessConfig = AccessConfig()
    workspaces: tuple[Workspace, ...] = ()
    demo: bool = False
    key_file: str | None = None
