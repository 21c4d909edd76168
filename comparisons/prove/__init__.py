"""Proves a port of the reader's own, and carries weights across."""
