"""The proof of a stranger's port."""
