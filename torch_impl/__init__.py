"""The PyTorch halves."""
