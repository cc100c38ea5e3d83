"""Adapters of streams: connections to what holds records in partitions."""
