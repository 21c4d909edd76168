"""Faults planted in the pairs of chapter 9, and their correct variants."""

from fault_kinds import Fault, Variant

SEGMENTATION = "chapter09_segmentation"
GRADCAM = "chapter09_gradcam"
XCEPTION = "chapter09_mini_xception"

# Training samples of each pair: few, so that 12 steps are two to four epochs.
SAMPLES = {
    SEGMENTATION: 48,
    GRADCAM: 2,
    XCEPTION: 96,
}

VARIANTS: tuple[Variant, ...] = ()

FAULTS = (
    Fault(
        "strided convolution padded on both sides, in Keras",
        SEGMENTATION,
        "keras",
        "forward",
        (
            (
                '    x = convolution(width, strides=2, name="down1")(x)',
                "    x = layers.ZeroPadding2D(1)(x)\n"
                "    x = convolution(\n"
                '        width, strides=2, padding="valid", name="down1"\n'
                "    )(x)",
            ),
        ),
    ),
    Fault(
        "masks one pixel to the right",
        SEGMENTATION,
        "keras",
        "gradients",
        (
            (
                "        arrays.targets,\n",
                "        np.roll(arrays.targets, 1, axis=2),\n",
            ),
        ),
    ),
    Fault(
        "overlap as a share of the mean size",
        SEGMENTATION,
        "keras",
        "forward",
        (("both / either", "2 * both / (both + either)"),),
    ),
    Fault(
        "strided convolution padded on both sides, in PyTorch",
        SEGMENTATION,
        "torch",
        "forward",
        (("F.pad(x, (before, 1, before, 1))", "F.pad(x, (1, 1, 1, 1))"),),
    ),
    # What padding=1, output_padding=1 gives.
    Fault(
        "transposed convolution cropped on the wrong side",
        SEGMENTATION,
        "torch",
        "forward",
        (
            (
                "        before = 0 if self.stride == (2, 2) else 1\n"
                "        return super().forward(x)[..., before:-1, before:-1]",
                "        after = None if self.stride == (2, 2) else -1\n"
                "        return super().forward(x)[..., 1:after, 1:after]",
            ),
        ),
    ),
    Fault(
        "masks with rows for columns",
        SEGMENTATION,
        "torch",
        "gradients",
        (
            (
                "from_numpy(arrays.targets).to",
                "from_numpy(arrays.targets).mT.to",
            ),
        ),
    ),
    Fault(
        "mean IoU of the objects alone",
        SEGMENTATION,
        "torch",
        "forward",
        (("np.mean(both / either)", "np.mean((both / either)[::2])"),),
    ),
    Fault(
        "sum over pixels for their mean",
        SEGMENTATION,
        "torch",
        "settings",
        (("nn.CrossEntropyLoss()", 'nn.CrossEntropyLoss(reduction="sum")'),),
    ),
    Fault(
        "heat of both signs",
        GRADCAM,
        "keras",
        "forward",
        (
            (
                "ops.relu(ops.sum(weights * features, axis=-1))",
                "ops.abs(ops.sum(weights * features, axis=-1))",
            ),
        ),
    ),
    Fault(
        "each filter's neighbour excited",
        GRADCAM,
        "keras",
        "exhibit",
        (("ops.diagonal(means)", "ops.diagonal(means, offset=1)"),),
    ),
    Fault(
        "heat for all classes at once",
        GRADCAM,
        "torch",
        "forward",
        (("logits.gather(1, labels[:, None]).sum()", "logits.sum()"),),
    ),
    Fault(
        "ascent by the gradient's own size",
        GRADCAM,
        "torch",
        "exhibit",
        (("gradients / size.sqrt()", "gradients"),),
    ),
    Fault(
        "no ReLU before a separable convolution",
        XCEPTION,
        "keras",
        "forward",
        (("self.separable2(ops.relu(x))", "self.separable2(x)"),),
    ),
    Fault(
        "a short cut from every other pixel, beginning with the second",
        XCEPTION,
        "keras",
        "forward",
        (
            (
                "self.shortcut(images)",
                "self.shortcut(ops.roll(images, -1, axis=1))",
            ),
        ),
    ),
    Fault(
        "normalisation that forgets ten times as quickly",
        XCEPTION,
        "keras",
        "step",
        (
            (
                'layers.BatchNormalization(name="norm1")',
                'layers.BatchNormalization(momentum=0.9, name="norm1")',
            ),
        ),
    ),
    Fault(
        "pooling padded with zeros",
        XCEPTION,
        "torch",
        "forward",
        ((", value=-torch.inf", ""),),
    ),
    Fault(
        "pooling padded on both sides",
        XCEPTION,
        "torch",
        "forward",
        (
            (
                "F.pad(x, (left, 1, top, 1), value=-torch.inf)",
                "F.pad(x, (1, 1, 1, 1), value=-torch.inf)",
            ),
        ),
    ),
    Fault(
        "a short cut from after the ReLU",
        XCEPTION,
        "torch",
        "forward",
        (("self.shortcut(images)", "self.shortcut(F.relu(images))"),),
    ),
    Fault(
        "one normalisation with PyTorch's own epsilon",
        XCEPTION,
        "torch",
        "forward",
        (
            (
                "nn.BatchNorm2d(channels, eps=1e-3, ",
                "nn.BatchNorm2d(channels, ",
            ),
        ),
    ),
)
