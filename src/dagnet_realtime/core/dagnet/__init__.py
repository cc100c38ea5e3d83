"""Reading a DagNet data repository: texts of files in, a catalogue out, no file system in between."""

from dagnet_realtime.core.dagnet.workspace import indexed_paths, read_workspace

__all__ = ["indexed_paths", "read_workspace"]
