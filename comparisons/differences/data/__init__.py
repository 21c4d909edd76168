"""Data pipelines and feature preprocessing.

Shuffling, batching, splitting, scaling and encoding of inputs.
"""
