"""Padded sequences.

How padding is masked, packed or left out in layers, losses and metrics.
"""
