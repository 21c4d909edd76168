"""Resized pictures differ by 1e-7 even in float64."""

KERAS = """\
`ops.image.resize` on TensorFlow computes in float32 whatever it is given, and
casts back."""

PYTORCH = """\
`F.interpolate` computes in the input's own dtype. Both are bilinear between
the pixels' centres and smooth nothing before, if not asked to."""

FIX = """\
In Keras multiply by two matrices of weights, one for rows and one for columns
(`interpolation` in shared_data/sources/pictures.py)."""
