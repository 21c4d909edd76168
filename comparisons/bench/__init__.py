"""Benchmarks beyond a result's own figures: modes, idioms, roofline, scale."""
