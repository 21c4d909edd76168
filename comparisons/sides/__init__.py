"""Runs in a half's process, or starts one and asks it. One framework each."""
