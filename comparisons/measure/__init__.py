"""Numbers: accuracy, speed, memory, differences. Runs in the parent."""
