"""Which folders of a DagNet data repository hold its graphs, events and nodes."""

import msgspec


class Folders(msgspec.Struct, frozen=True, kw_only=True):
    """Relative to the repository, with forward slashes and no `..`. DagNet's credentials call them `graphsPath`, `eventsPath`, `nodesPath`.

    Everything else knows a file by DagNet's own folder names: with `events="definitions"`, `definitions/a.yaml` is `events/a.yaml`.
    """

    graphs: str = "graphs"
    events: str = "events"
    nodes: str = "nodes"

    def of(self, name: str) -> str:
        """The folder that DagNet calls `name`; any other name stays as it is."""
        return {"graphs": self.graphs, "events": self.events, "nodes": self.nodes}.get(name, name)

    def actual(self, path: str) -> str:
        """Where `path`, which is known by DagNet's folder names, lies."""
        folder, slash, name = path.partition("/")
        return f"{self.of(folder)}/{name}" if slash else path

    def known(self, path: str) -> str:
        """The reverse of `actual`: how the file that lies at `path` is known."""
        folder, _, name = path.rpartition("/")
        for own in ("graphs", "events", "nodes"):
            if folder == self.of(own):
                return f"{own}/{name}"
        return path


USUAL = Folders()
