"""Chapter 12: one row per pair."""

from comparisons.task import Task

TASKS = (
    Task(
        stem="chapter12_text_generation",
        section="12.1",
        title="the next word of a review, Transformer decoder",
        metric="perplexity",
        higher_is_better=False,
        margin=5.0,
        margin_why="three standard errors of 75 on 14,400 words",
        answer="class",
        baseline_name="word frequencies",
        differences=(
            "embedding_gradients",
            "fit_shuffle",
            "float32_constants",
            "initial_weights",
            "rmsprop_epsilon",
        ),
        native_bounds={"step": 0.3, "trajectory": 1.0, "whole run": 1.0},
        zero_gradient=("decoder.attention/key/bias",),
    ),
)
