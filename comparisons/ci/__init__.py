"""What CI publishes of results, what changed, and the gate."""
