"""Dtypes, precision, random numbers and functions of tensors."""
