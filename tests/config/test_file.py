"""The tables of the file."""

import msgspec
from msgspec import inspect

from dagnet_realtime.config.file import SECTIONS


def test_every_key_has_a_description() -> None:
    for name, kind in SECTIONS:
        for field in msgspec.structs.fields(kind):
            info = inspect.type_info(field.type)
            assert isinstance(info, inspect.Metadata), f"{name}.{field.name}"
            assert (info.extra_json_schema or {}).get("description"), f"{name}.{field.name}"


def test_defaults_are_those_of_the_policy() -> None:
    """CLI-6: a key that is left out means the same as its documented default."""
    from dagnet_realtime.config.file import WorkspaceTable
    from dagnet_realtime.config.sources import seconds
    from dagnet_realtime.model.workspace import Policy

    written = WorkspaceTable(id="a", env="b", path=".")
    policy = Policy()
    for field in msgspec.structs.fields(Policy):
        if field.name not in ("token_key", "relay"):
            value = getattr(written, field.name)
            expected = getattr(policy, field.name)
            assert (
                seconds(value) if isinstance(value, str) and isinstance(expected, float) else value
            ) == expected, field.name
