"""Faults planted in the pairs of chapter 12, and their correct variants."""

from fault_kinds import Fault, Variant

GENERATION = "chapter12_text_generation"

# Training samples of each pair: few, so that 12 steps are two to four epochs.
SAMPLES = {
    GENERATION: 280,
}

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
)
