"""Stores of logs, watch sessions, counters and relay state: in memory and in Redis."""
