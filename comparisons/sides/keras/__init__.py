"""What the process of a Keras half runs."""
