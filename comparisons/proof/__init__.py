"""Decides whether two halves are the same model. Runs in the parent."""
