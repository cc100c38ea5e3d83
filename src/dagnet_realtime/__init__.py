"""DagNet Realtime: product events moving through a conversion graph, live."""

__version__ = "0.1.0"
