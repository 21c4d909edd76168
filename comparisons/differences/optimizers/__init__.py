"""Optimizers.

Default settings, epsilon, momentum, weight decay and L2 penalties.
"""
