"""Loss functions.

Logits or probabilities, reduction, weighting, clipping, and the shape and type
of targets.
"""
