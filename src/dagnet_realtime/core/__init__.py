"""Pure functions and data structures: no clock, event loop, log or I/O.

Segment parsing, signatures, redaction, pseudonyms, matching, filters, views and frames.
"""
