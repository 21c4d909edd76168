"""Embedding layers and position embeddings.

Accepted ids, padding rows, first values and gradients.
"""
