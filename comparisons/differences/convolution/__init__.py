"""Convolution, pooling and upsampling layers.

Padding, strides, output shapes and the order of channels and patches.
"""
