"""Graphs from the files of a DagNet data repository: texts in, a catalogue out, no file system."""
