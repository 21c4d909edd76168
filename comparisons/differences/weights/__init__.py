"""Weights.

Their initialisation, and copying, converting and saving them between the two
frameworks.
"""
