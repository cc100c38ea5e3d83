"""Writes the fixtures anew: `python -m tests.public.record [NAME…]`. Look at the difference before it is committed."""

import asyncio
import sys
from collections.abc import Callable

from tests.public import documented, dump, page, recorded, serverless, signed, stored
from tests.public.command import command
from tests.public.test_wire import log_events

DOCUMENTED: tuple[Callable[[], list[str]], ...] = (
    documented.routes,
    documented.problems,
    documented.components,
    documented.frames,
    documented.session_log,
    documented.configuration,
    documented.commands,
    documented.exit_codes,
)


def main(wanted: list[str]) -> None:
    """Records what is named, everything if nothing is."""
    jobs: dict[str, Callable[[], None]] = {}
    for told in DOCUMENTED:
        jobs[told.__name__] = lambda told=told: recorded.write(told.__name__, told())  # type: ignore[misc]
    jobs["log_events"] = lambda: recorded.write("log_events", log_events())
    jobs["stored"] = _stored
    jobs["signed"] = _signed
    jobs["serverless"] = _serverless
    jobs["page_answers"] = lambda: recorded.write(
        "page_answers", page.asked(recorded.read_json("page_requests"))
    )
    jobs["tail"] = lambda: recorded.write(
        "tail", command("tail", str(recorded.FOLDER / "session.ndjson")).out.splitlines()
    )
    for name in wanted or jobs:
        jobs[name]()
        print(f"recorded {name}")


def _stored() -> None:
    left = stored.lived()
    recorded.write("redis_keys", dump.shapes(left["dump"]))
    recorded.write("redis_values", dump.values(left["dump"]))
    recorded.write("metrics", stored.metrics(left))
    recorded.write("audit", stored.audit(left))
    for name in ("metrics", "audit", "lines", "follow", "out"):
        del left[name]
    recorded.write_json("stored", left)
    with stored.resumed(left) as place:
        found = stored.answers(place, left)
    recorded.write("stream", [line for part in found["stream"] for line in (*part.split("\n"), "")])
    recorded.write("refusals", found["refusals"])


def _signed() -> None:
    local = signed.local_lived()
    recorded.write("local_files", local.pop("files"))
    recorded.write("demo_files", signed.demo_files())
    oidc = asyncio.run(signed.oidc_lived())
    recorded.write("oidc_files", oidc.pop("files"))
    recorded.write_json("signed", {"local": local, "oidc": oidc})


def _serverless() -> None:
    left = asyncio.run(serverless.lived())
    recorded.write("serverless_keys", dump.shapes(left["dump"]))
    recorded.write("serverless_values", dump.values(left["dump"]))
    recorded.write_json("serverless", left)


if __name__ == "__main__":
    main(sys.argv[1:])
