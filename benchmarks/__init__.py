"""Figures beside a baseline measured in the same run; `python -m benchmarks` prints them and writes `results.md`."""
