"""The live state of one process: intake composed, feeds, `watch()`."""
