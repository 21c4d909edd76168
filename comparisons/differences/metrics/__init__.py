"""Metrics such as accuracy, precision, AUC and IoU.

Thresholds, ties, averaging and accumulation over batches.
"""
