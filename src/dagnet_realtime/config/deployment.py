"""The keys of a workspace whose graphs come from a DagNet deployment, as the value that the program runs by."""

from urllib.parse import SplitResult, urlsplit

from dagnet_realtime.config.duration import seconds
from dagnet_realtime.config.file import WorkspaceTable
from dagnet_realtime.config.loopback import loopback
from dagnet_realtime.config.surroundings import Surroundings
from dagnet_realtime.model.deployment import Deployment
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret

ROUTE = "/api/graph"
MOST_GRAPHS = 50  # of one workspace; each is a request every interval
SHORTEST_SECONDS = 5.0  # between two rounds; DagNet asks GitHub each time, which has its own limits
_KEYS = ("graphs", "graphs_branch", "graphs_secret", "graphs_bearer")


def deployment(table: WorkspaceTable, at: tuple[str | int, ...], around: Surroundings) -> Deployment | None:
    """None where the graphs are files; raises `Problem("invalid")` where the address cannot be trusted or no graph is named."""
    if not table.graphs_url:
        for key in _KEYS:
            if getattr(table, key):
                raise Problem("invalid", f"{around.place.of((*at, key))}: `{key}` needs `graphs_url`", remedy="Name the deployment too")
        return None
    return Deployment(
        url=_address(table.graphs_url, around.place.of((*at, "graphs_url"))),
        names=_names(table.graphs, around.place.of((*at, "graphs"))),
        branch=table.graphs_branch,
        secret=_secret(table.graphs_secret, (*at, "graphs_secret"), around),
        bearer=_secret(table.graphs_bearer, (*at, "graphs_bearer"), around),
        interval=_interval(table.graphs_every, around.place.of((*at, "graphs_every"))),
    )


def _secret(written: str, path: tuple[str | int, ...], around: Surroundings) -> Secret | None:
    if not written:
        return None
    found = around.secret(written, *path)
    if not all(0x21 <= sign <= 0x7E for sign in found.reveal()):
        raise Problem("invalid", f"{around.place.of(path)}: expected letters, digits and signs of ASCII alone, without blanks")
    return found


def _address(written: str, where: str) -> str:
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = SplitResult("", "", "", "", ""), ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and loopback(host))):
        remedy = "Give a deployment such as https://dagnet.example.com; http:// is for this machine alone"
        raise Problem("invalid", f"{where}: expected an https:// address", remedy=remedy)
    if parts.username is not None or parts.query or parts.fragment:
        remedy = "Put secrets into `graphs_secret` or `graphs_bearer`, the branch into `graphs_branch`"
        raise Problem("invalid", f"{where}: the address holds more than a host and a path", remedy=remedy)
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path if path.endswith(ROUTE) else path + ROUTE}"


def _names(written: tuple[str, ...], where: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.removesuffix(".json") for name in written))
    if not names:
        raise Problem("invalid", f"{where}: no graph is named", "A deployment lists none", 'Name them, e.g. graphs = ["checkout"]')
    if len(names) > MOST_GRAPHS:
        raise Problem("invalid", f"{where}: {len(names)} graphs are named, expected at most {MOST_GRAPHS}")
    for name in names:
        if not 0 < len(name) <= 128 or "/" in name or name.startswith((".", "#", "~")) or not name.isprintable():
            raise Problem("invalid", f"{where}: one of the names can be no graph's", remedy="Give the names of files, without their folder")
    return names


def _interval(written: str, where: str) -> float:
    found = seconds(written) or 0.0
    if found < SHORTEST_SECONDS:
        raise Problem("invalid", f"{where}: found {written}, expected at least {SHORTEST_SECONDS:g}s")
    return found
