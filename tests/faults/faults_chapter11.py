"""Faults planted in the pairs of chapter 11, and their correct variants."""

from fault_kinds import Fault, Variant

BAGS = "chapter11_bag_of_words"
TRANSFORMER = "chapter11_transformer"
BILSTM = "chapter11_bilstm"
TRANSLATOR = "chapter11_translation_transformer"
RECURRENT = "chapter11_translation_rnn"

# Training samples of each pair: few, so that 12 steps are two to four epochs.
SAMPLES = {
    BAGS: 150,
    TRANSFORMER: 140,
    BILSTM: 280,
    TRANSLATOR: 280,
    RECURRENT: 280,
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
    Fault(
        "padding read as a word",
        BILSTM,
        "keras",
        "forward",
        (("mask_zero=True", "mask_zero=False"),),
    ),
    Fault(
        "both ways added up",
        BILSTM,
        "keras",
        "settings",
        (("(lstm, name=", '(lstm, merge_mode="sum", name='),),
        raises=True,
    ),
    Fault(
        "padding not packed away",
        BILSTM,
        "torch",
        "forward",
        (("self.lstm(packed)", "self.lstm(x)"),),
    ),
    Fault(
        "packed one word short",
        BILSTM,
        "torch",
        "forward",
        (("(words != 0).sum(1)", "(words != 0).sum(1).sub(1).clamp(1)"),),
    ),
    Fault(
        "unknown words taken for padding",
        BILSTM,
        "torch",
        "forward",
        (("(words != 0).sum(1)", "(words > 1).sum(1).clamp(1)"),),
    ),
    Fault(
        "read backwards before forwards",
        BILSTM,
        "torch",
        "forward",
        (("[hidden[0], hidden[1]]", "[hidden[1], hidden[0]]"),),
    ),
    Fault(
        "translation that looks ahead",
        TRANSLATOR,
        "keras",
        "forward",
        ((", use_causal_mask=True", ""),),
    ),
    Fault(
        "padding counted in the loss of a translation",
        TRANSLATOR,
        "keras",
        "gradients",
        (("from_logits=True, ignore_class=PADDING", "from_logits=True"),),
    ),
    Fault(
        "source padding attended to in translation",
        TRANSLATOR,
        "torch",
        "forward",
        (
            (
                "self.cross_attention(x, encoded, is_word[:, None, None, :])",
                "self.cross_attention(x, encoded)",
            ),
        ),
    ),
    Fault(
        "translates from the raw source",
        TRANSLATOR,
        "torch",
        "forward",
        (
            (
                "x = self.decoder(x, encoded, is_word)",
                "encoded = self.source_embedding(texts['source'])\n"
                "        x = self.decoder(x, encoded, is_word)",
            ),
        ),
    ),
    Fault(
        "GRU that reads the padding of a source",
        RECURRENT,
        "keras",
        "forward",
        ((", mask=ops.not_equal(source, PADDING)", ""),),
    ),
    Fault(
        "decoder GRU with one bias",
        RECURRENT,
        "keras",
        "settings",
        (
            (
                "return_sequences=True,",
                "return_sequences=True, reset_after=False,",
            ),
        ),
        raises=True,
    ),
    Fault(
        "directions averaged for summed",
        RECURRENT,
        "torch",
        "forward",
        (("states.sum(0, keepdim=True)", "states.mean(0, keepdim=True)"),),
    ),
    Fault(
        "decoder GRU without the source",
        RECURRENT,
        "torch",
        "forward",
        (("self.decoder(x, encoded)", "self.decoder(x, 0 * encoded)"),),
    ),
)
