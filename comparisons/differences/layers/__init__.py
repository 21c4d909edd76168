"""Activation functions, dropout, concatenation and activity penalties.

What the same layer name or default computes in each framework.
"""
