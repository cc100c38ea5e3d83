"""Protocols of what the program needs from outside: storage, clocks, graph sources, relays,
streams.
"""
