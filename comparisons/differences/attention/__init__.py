"""Attention layers and functions.

Arguments, head axes, scaling and attention masks.
"""
