"""Faults planted in the pairs of chapter 11, and their correct variants."""

from fault_kinds import Fault, Variant

BAGS = "chapter11_bag_of_words"
TRANSFORMER = "chapter11_transformer"

# Training samples of each pair: few, so that 12 steps are two to four epochs.
SAMPLES = {
    BAGS: 150,
    TRANSFORMER: 140,
}

VARIANTS: tuple[Variant, ...] = ()

FAULTS = (
    Fault(
        "words dropped in place of units",
        BAGS,
        "keras",
        "settings",
        (
            ("    bags = keras", "    inputs = bags = keras"),
            (
                "    x = layers.Dense(16",
                "    bags = layers.Dropout(config.dropout)(bags)\n"
                "    x = layers.Dense(16",
            ),
            ("    x = layers.Dropout(config.dropout)(x)\n", ""),
            ("keras.Model(bags, logit)", "keras.Model(inputs, logit)"),
        ),
    ),
    Fault(
        "rare words forgotten",
        BAGS,
        "keras",
        "forward",
        (
            (
                "return bags  #",
                "return bags * (np.arange(bags.shape[1]) < 10_000)  #",
            ),
        ),
    ),
    Fault(
        "bags divided by their length",
        BAGS,
        "torch",
        "forward",
        (
            (
                "        x = F.relu(self.hidden(x))",
                "        x = x / x.sum(dim=1, keepdim=True)\n"
                "        x = F.relu(self.hidden(x))",
            ),
        ),
    ),
    Fault(
        "dropout of a tenth",
        BAGS,
        "torch",
        "settings",
        (("nn.Dropout(config.dropout)", "nn.Dropout(0.1)"),),
    ),
    Fault(
        "attends to the padding only",
        TRANSFORMER,
        "keras",
        "forward",
        (("attention_mask=is_word[", "attention_mask=~is_word["),),
    ),
    Fault(
        "encoder that may not look ahead",
        TRANSFORMER,
        "keras",
        "forward",
        (("x, x, attention", "x, x, use_causal_mask=True, attention"),),
    ),
    Fault(
        "normalised with PyTorch's epsilon",
        TRANSFORMER,
        "keras",
        "forward",
        (
            (
                'Normalization(name="norm1")',
                'Normalization(epsilon=1e-5, name="norm1")',
            ),
        ),
    ),
    Fault(
        "normalised before the sum",
        TRANSFORMER,
        "keras",
        "forward",
        (("self.norm1(x + attended)", "x + self.norm1(attended)"),),
    ),
    Fault(
        "attends to the padding as well",
        TRANSFORMER,
        "torch",
        "forward",
        (("            attn_mask=mask,\n", ""),),
    ),
    Fault(
        "padding in the pooling",
        TRANSFORMER,
        "torch",
        "forward",
        (
            (
                "        x = x.masked_fill(~is_word[:, :, None], -torch.inf)\n",
                "",
            ),
        ),
    ),
    Fault(
        "heads interleaved",
        TRANSFORMER,
        "torch",
        "forward",
        (
            (
                "x.unflatten(-1, (self.heads, -1)).transpose(1, 2)",
                "x.unflatten(-1, (-1, self.heads)).movedim(-1, 1)",
            ),
        ),
    ),
    Fault(
        "no residual connection",
        TRANSFORMER,
        "torch",
        "forward",
        (("self.norm1(x + attended)", "self.norm1(attended)"),),
    ),
    Fault(
        "word vectors as PyTorch draws them",
        TRANSFORMER,
        "torch",
        "initialisation",
        (
            (
                "    return Classifier(config).apply(init_like_keras)",
                "    model = Classifier(config).apply(init_like_keras)\n"
                "    model.embedding.words.reset_parameters()\n"
                "    return model",
            ),
        ),
    ),
)
