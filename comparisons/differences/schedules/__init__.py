"""Learning-rate schedules.

When they step, where they start and end, warmup, restarts and plateaus.
"""
