"""Expectations: the evaluator in Python, files, reports, runs."""
