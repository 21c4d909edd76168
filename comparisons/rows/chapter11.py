"""Chapter 11: one row per pair."""

from comparisons.task import Task

TASKS = (
    Task(
        stem="chapter11_bag_of_words",
        section="11.3.2",
        title="film reviews, bags of 20,000 words",
        metric="accuracy",
        margin=0.0125,
        margin_why="three standard errors of 0.88 on 6,000 reviews",
        answer="sign",
        baseline_name="majority class",
        differences=("fit_shuffle", "initial_weights", "rmsprop_epsilon"),
        native_bounds={"step": 0.03, "trajectory": 0.08, "whole run": 1.0},
    ),
    Task(
        stem="chapter11_transformer",
        section="11.4",
        title="film reviews, Transformer encoder",
        metric="accuracy",
        margin=0.027,
        margin_why="three standard errors of 0.73 on 2,500 sentences",
        answer="sign",
        baseline_name="majority class",
        differences=(
            "embedding_gradients",
            "fit_shuffle",
            "float32_constants",
            "initial_weights",
            "rmsprop_epsilon",
        ),
        native_bounds={"step": 0.1, "trajectory": 0.2, "whole run": 1.0},
        zero_gradient=("encoder.attention/key/bias",),
    ),
)
