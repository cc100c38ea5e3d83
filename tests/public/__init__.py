"""The program's public surface, recorded as files in `recorded/`; a difference is one that users meet."""
