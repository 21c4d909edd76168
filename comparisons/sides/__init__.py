"""The code of a half's process, and the code that starts such a process.

Each process imports one framework only.
"""
