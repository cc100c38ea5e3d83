"""Who may watch: one adapter for each mode of access, behind one small protocol."""
