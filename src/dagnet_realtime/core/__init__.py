"""Pure functions and structures: signatures, Segment parsing, names, matching, redaction, tokens, thinning. No clock, loop, log or I/O."""
