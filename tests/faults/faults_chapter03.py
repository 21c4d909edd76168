"""Faults planted in the pairs of chapter 3, and their correct variants."""

from fault_kinds import Fault, Variant

LINEAR = "chapter03_linear_models"

# Training samples of each pair: one step holds them all.
SAMPLES = {LINEAR: 2_000}

VARIANTS: tuple[Variant, ...] = (
    Variant("logistic", LINEAR, (), (), config="logistic"),
    Variant("houses", LINEAR, (), (), config="houses"),
    Variant("softmax", LINEAR, (), (), config="softmax"),
)

FAULTS = (
    Fault(
        "squared error halved, as on paper",
        LINEAR,
        "keras",
        "gradients",
        (
            (
                "ops.mean((outputs - targets) ** 2)",
                "ops.mean((outputs - targets) ** 2) / 2",
            ),
        ),
    ),
    # (N, 1) less (N,) is (N, N): every point compared with every answer.
    Fault(
        "answers broadcast against points",
        LINEAR,
        "torch",
        "gradients",
        (
            (
                "((outputs - targets) ** 2).mean()",
                "((outputs - targets[:, 0]) ** 2).mean()",
            ),
        ),
    ),
    Fault(
        "bias kept at zero",
        LINEAR,
        "torch",
        "forward",
        (("return x @ kernel + bias", "return x @ kernel + 0 * bias"),),
    ),
    Fault(
        "border at one half",
        LINEAR,
        "torch",
        "forward",
        (("(outputs > 0) ==", "(outputs > 0.5) =="),),
    ),
    Fault(
        "line on the wrong side of zero",
        LINEAR,
        "keras",
        "exhibit",
        (("line = -bias / length", "line = bias / length"),),
    ),
    Fault(
        "sign of the logit lost",
        LINEAR,
        "keras",
        "gradients",
        (("ops.log_sigmoid(signs * logits)", "ops.log_sigmoid(logits)"),),
        "logistic",
    ),
    Fault(
        "logit squashed twice",
        LINEAR,
        "torch",
        "gradients",
        (
            (
                "F.logsigmoid(signs * logits)",
                "F.logsigmoid(signs * logits.sigmoid())",
            ),
        ),
        "logistic",
    ),
    Fault(
        "pictures of kernels turned",
        LINEAR,
        "torch",
        "exhibit",
        (
            (
                "kernel.T.reshape(-1, 28, 28)",
                "kernel.T.reshape(-1, 28, 28)[:, :, ::-1]",
            ),
        ),
        "softmax",
    ),
)
