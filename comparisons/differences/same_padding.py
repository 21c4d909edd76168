"""Strided convolutions, and transposed ones, are off by one pixel."""

KERAS = """\
padding="same" with a stride pads by the input's size, the odd cell after: an
even size, kernel 3 and stride 2 get (0, 1). Conv2DTranspose crops likewise
(compute_conv_transpose_padding_args_for_torch in keras/src/backend/common)."""

PYTORCH = """\
padding=1 pads both sides of every size, padding="same" refuses strides, and
ConvTranspose2d's padding=1, output_padding=1 has the right shape only
(torch/nn/modules/conv.py)."""

FIX = """\
F.pad(x, (0, 1, 0, 1)) before an unpadded convolution; after an unpadded
transposed one keep the first 2n rows and columns, where kernel 3 leaves
2n + 1. Kernel 4 with stride 2 needs neither: padding=1 is the same."""
