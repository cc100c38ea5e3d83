"""`expect`: a graph as a test, around a command, on a running server or on session logs."""

from dagnet_realtime.cli.expect.command import expect

__all__ = ["expect"]
