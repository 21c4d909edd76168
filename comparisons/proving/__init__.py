"""The ladder for code that is not in the house: see docs/prove.md."""
