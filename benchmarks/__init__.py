"""Figures, each one command: ``python -m benchmarks NAME``. A ratio to a peer of the run.

Absolute times on a shared machine mean little; the median of alternating runs, divided by that of
a peer measured in between, means something.
"""
