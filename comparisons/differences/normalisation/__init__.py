"""Batch, layer, group, instance and other normalisation layers.

Axes, epsilon, momentum and running statistics.
"""
