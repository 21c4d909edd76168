"""Faults planted in the pairs of chapter 12, and their correct variants."""

from fault_kinds import Fault, Variant

GENERATION = "chapter12_text_generation"
DREAM = "chapter12_deep_dream"
STYLE = "chapter12_style_transfer"
VAE = "chapter12_vae"
GAN = "chapter12_gan"

# Training samples of each pair: few, so that 12 steps are two to four epochs.
SAMPLES = {GENERATION: 280, DREAM: 4, STYLE: 2, VAE: 48, GAN: 96}

VARIANTS: tuple[Variant, ...] = ()

FAULTS = (
    Fault(
        "reads the word that it shall predict",
        GENERATION,
        "keras",
        "forward",
        ((", use_causal_mask=True", ""),),
    ),
    Fault(
        "temperature multiplies",
        GENERATION,
        "keras",
        "exhibit",
        (("/ temperature)", "* temperature)"),),
    ),
    Fault(
        "continues from the last place, padding or not",
        GENERATION,
        "torch",
        "exhibit",
        (("[0, len(seen) - 1]", "[0, -1]"),),
    ),
    Fault(
        "sees the words to come",
        GENERATION,
        "torch",
        "forward",
        (("is_causal=True", "is_causal=False"),),
    ),
    Fault(
        "predicts the word that it reads",
        GENERATION,
        "torch",
        "gradients",
        (
            (
                "following = torch.from_numpy(arrays.targets)",
                "following = torch.from_numpy(arrays.inputs).long()",
            ),
        ),
    ),
    Fault(
        "resized in float32",
        DREAM,
        "keras",
        "forward",
        (
            (
                'ops.einsum("ah,nhwc,bw->nabc", matrix, images, matrix)',
                "ops.image.resize(images, (size, size))",
            ),
        ),
    ),
    Fault(
        "the border's padding excited too",
        DREAM,
        "keras",
        "forward",
        (("activation[:, 1:-1, 1:-1]", "activation"),),
    ),
    Fault(
        "lost detail not given back",
        DREAM,
        "torch",
        "forward",
        ((" + whole - resize(shrunk, size)", ""),),
    ),
    Fault(
        "dreams resized from corner to corner",
        DREAM,
        "torch",
        "forward",
        (
            (
                'size=(size, size), mode="bilinear"',
                'size=(size, size), mode="bilinear", align_corners=True',
            ),
        ),
    ),
    Fault(
        "Gram matrices of sums, not of means",
        STYLE,
        "keras",
        "forward",
        ((", flat) / (height * width)", ", flat)"),),
    ),
    Fault(
        "variation of a row's end against the next row",
        STYLE,
        "keras",
        "forward",
        (
            (
                "images[:, :-1, :-1] - images[:, :-1, 1:]",
                "images[:, :-1, :-1] - ops.roll(images, -1, 2)[:, 1:, :-1]",
            ),
        ),
    ),
    Fault(
        "Gram matrices over places, not channels",
        STYLE,
        "torch",
        "forward",
        (("flat @ flat.mT", "flat.mT @ flat"),),
    ),
    Fault(
        "the rate falls in steps",
        STYLE,
        "torch",
        "forward",
        (("step / config.decay_steps", "step // config.decay_steps"),),
    ),
    Fault(
        "mean over pixels for their sum",
        VAE,
        "keras",
        "forward",
        (
            (
                "ops.sum(losses, axis=(1, 2, 3))",
                "ops.mean(losses, axis=(1, 2, 3))",
            ),
        ),
    ),
    Fault(
        "noise as wide as the variance",
        VAE,
        "keras",
        "forward",
        (
            (
                "ops.exp(0.5 * log_variance) * noise",
                "ops.exp(log_variance) * noise",
            ),
        ),
    ),
    Fault(
        "trained without the divergence",
        VAE,
        "keras",
        "gradients",
        (
            (
                "(images, outputs) + kl_loss(outputs)",
                "(images, outputs)",
            ),
        ),
    ),
    Fault(
        "latent map of the noise",
        VAE,
        "keras",
        "exhibit",
        (
            (
                'outputs_of(model, data.test.inputs)["mean"]',
                'data.test.inputs["noise"]',
            ),
        ),
    ),
    Fault(
        "padded before the picture",
        VAE,
        "torch",
        "forward",
        (
            (
                "self.conv1(F.pad(x, (0, 1, 0, 1)))",
                "self.conv1(F.pad(x, (1, 0, 1, 0)))",
            ),
        ),
    ),
    Fault(
        "features taken for channels, rows, columns",
        VAE,
        "torch",
        "forward",
        (
            (
                "x.unflatten(1, self.shape).permute(0, 3, 1, 2)",
                "x.unflatten(1, self.shape[::-1])",
            ),
        ),
    ),
    Fault(
        "noise left out of the training",
        VAE,
        "torch",
        "gradients",
        (
            (
                'inputs["noise"]\n        return',
                'inputs["noise"] * (not self.training)\n        return',
            ),
        ),
    ),
    Fault(
        "noise of the next image",
        VAE,
        "torch",
        "gradients",
        (('"noise": noise[batch]}', '"noise": noise[batch].roll(1, 0)}'),),
    ),
    Fault(
        "the divergence counted twice",
        VAE,
        "torch",
        "forward",
        (("return 0.5 * losses", "return losses"),),
    ),
    Fault(
        "real images labelled as generated",
        GAN,
        "keras",
        "gradients",
        (
            (
                "[ones + noise[:, :1], noise[:, 1:]]",
                "[noise[:, 1:], ones + noise[:, :1]]",
            ),
        ),
    ),
    Fault(
        "both steps from the same latent place",
        GAN,
        "keras",
        "gradients",
        (("latent[:, 1], training", "latent[:, 0], training"),),
    ),
    # Without `training`, a layer that is called by hand does not drop out.
    Fault(
        "no dropout in the generator's step",
        GAN,
        "keras",
        "settings",
        (("(generated, training=True)", "(generated)"),),
    ),
    Fault(
        "discriminator moves in the generator's step",
        GAN,
        "keras",
        "step",
        (
            (
                "        weights = self.generator.trainable_weights\n",
                "        weights = self.discriminator.trainable_weights\n"
                "        for weight in weights:\n"
                "            weight.assign(weight * 1.0001)\n"
                "        weights = self.generator.trainable_weights\n",
            ),
        ),
    ),
    Fault(
        "generator's gradients never cleared",
        GAN,
        "torch",
        "trajectory",
        (('    optimizers["generator"].zero_grad()\n', ""),),
    ),
    Fault(
        "labels without noise",
        GAN,
        "torch",
        "gradients",
        (
            (
                "[ones + noise[:, :1], noise[:, 1:]]",
                "[ones, torch.zeros_like(ones)]",
            ),
        ),
    ),
    Fault(
        "slope of the layer's default",
        GAN,
        "torch",
        "gradients",
        (("F.leaky_relu(self.conv2(x), 0.2)", "F.leaky_relu(self.conv2(x))"),),
    ),
    Fault(
        "generator's features taken for channels, rows, columns",
        GAN,
        "torch",
        "forward",
        (
            (
                "x = x.permute(0, 3, 1, 2)  #",
                "x = x.reshape(-1, self.shape[2], *self.shape[:2])  #",
            ),
        ),
    ),
    Fault(
        "Adam with its usual momentum",
        GAN,
        "torch",
        "settings",
        (
            (
                "betas=(config.beta_1, 0.999)",
                "betas=(0.9, 0.999)",
            ),
        ),
    ),
)
