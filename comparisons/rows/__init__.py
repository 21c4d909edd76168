"""The table of tasks, one file per chapter of the book."""
