"""A rule of access: who may do what, where."""

import msgspec

from dagnet_realtime.model.access_token import Role


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """`who` is a person's name, `group:…` or `repository:…`, with `*` for any run of characters; `on` are channels as a token has them."""

    who: str
    role: Role
    on: tuple[str, ...] = ("*",)
