"""What the process of a PyTorch half runs."""
