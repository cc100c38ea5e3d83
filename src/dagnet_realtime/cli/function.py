"""`function`: writes the Destination Function for Segment, and its settings for the graphs."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dagnet_realtime.function.plan import FunctionPlan
    from dagnet_realtime.model.workspace import Workspace

SOURCE = Path(__file__).parents[1] / "functions" / "destination.js"
CODE, SETTINGS = "function.js", "settings.json"


def function(
    channel: Annotated[
        str,
        typer.Argument(
            metavar="[WORKSPACE/ENV]", help="The workspace; may be left out if there is only one."
        ),
    ] = "",
    config: Annotated[
        Path | None,
        typer.Option(help="Configuration file; by default realtime.toml, if it exists."),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder to write the two files into.")
    ] = Path("segment-function"),
) -> None:
    """Write the Destination Function that replaces a server, and its settings.

    The settings hold the token key and the provider's secret, so only you can read their file.

    \b
    Example:
      dagnet-realtime function acme-main/prod --config realtime.toml --out ./segment-function
    """
    from dagnet_realtime.app.factories import function_channels, load_catalogues
    from dagnet_realtime.config.load import load
    from dagnet_realtime.function.plan import plan_of

    workspace = _chosen(load(config, os.environ).workspaces, channel)
    relay = function_channels([workspace])[workspace.channel]
    catalogue = load_catalogues([workspace])[workspace.channel.workspace]
    plan = plan_of(workspace.channel, workspace.policy, catalogue, relay.provider)
    key = workspace.policy.token_key
    _write(out, plan, key.reveal().hex() if key is not None else "", relay.secret)
    for error in catalogue.errors:
        print(f"! {error.file} {error.text}")
    names = {name for heard in plan.listens for name in heard.names}
    print(
        f"{out / CODE} is for {workspace.channel}: nodes listen for {len(names)} names, filters "
        f"read {len(plan.needed)} properties."
    )
    print(
        f"Paste it into Segment, and the three values of {out / SETTINGS} into its settings: "
        f"docs/how-to/function.md. Plan {plan.version}."
    )


def _chosen(workspaces: "tuple[Workspace, ...]", channel: str) -> "Workspace":
    """The workspace of `channel`, or the only one. Raises `Problem`."""
    from dagnet_realtime.model.problem import Problem

    able = {str(one.channel): one for one in workspaces if one.policy.ingest == "function"}
    if channel in able:
        return able[channel]
    if not channel and len(able) == 1:
        return next(iter(able.values()))
    if not able:
        remedy = 'Write ingest = "function" into its [[workspace]]: docs/how-to/function.md'
        raise Problem("invalid", "No workspace uses a function", remedy=remedy)
    why = f"There is no {channel[:80]}" if channel else "There are several"
    raise Problem("not_found", "Name the workspace", why, f"One of {', '.join(sorted(able))}")


def _write(out: Path, plan: "FunctionPlan", key: str, secret: str) -> None:
    """Writes both files. Raises `Problem` if the folder cannot be written."""
    import msgspec

    from dagnet_realtime.model.problem import Problem

    settings = [
        _setting(
            "plan",
            "Plan",
            "What matters, and where the provider is",
            msgspec.json.encode(plan).decode(),
            sensitive=False,
        ),
        _setting(
            "tokenKey",
            "Token key",
            "Makes pseudonyms and channels; the workspace's own",
            key,
            sensitive=True,
        ),
        _setting(
            "providerSecret", "Provider secret", "Signs what is published", secret, sensitive=True
        ),
    ]
    text = msgspec.json.format(msgspec.json.encode({"settings": settings}), indent=2)
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / CODE).write_bytes(SOURCE.read_bytes())
        (out / SETTINGS).unlink(missing_ok=True)
        with os.fdopen(
            os.open(out / SETTINGS, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        ) as file:
            file.write(text + b"\n")
    except OSError as error:
        raise Problem(
            "invalid",
            f"{out} cannot be written",
            error.strerror or "",
            "Name another folder with --out",
        ) from None


def _setting(
    name: str, label: str, description: str, value: str, *, sensitive: bool
) -> dict[str, object]:
    """One setting in the format of Segment's Public API, with its value."""
    return {
        "name": name,
        "label": label,
        "type": "STRING",
        "description": description,
        "required": True,
        "sensitive": sensitive,
        "value": value,
    }
