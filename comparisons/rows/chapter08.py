"""Chapter 8: one row per pair."""

from comparisons.task import Task

TASKS = (
    Task(
        stem="chapter08_digits_convnet",
        section="8.1",
        title="handwritten digits, convnet",
        metric="accuracy",
        margin=0.02,
        margin_why="three standard errors of 0.96 on 1,000 digits",
        answer="class",
        baseline_name="majority class",
        differences=(
            "fit_shuffle",
            "flatten_order",
            "initial_weights",
            "rmsprop_epsilon",
        ),
        native_bounds={"step": 0.1, "trajectory": 0.5, "whole run": 1.0},
    ),
    Task(
        stem="chapter08_feature_extraction",
        section="8.3.1",
        title="solar cells, features of a frozen backbone",
        metric="balanced accuracy",
        margin=0.045,
        margin_why="three standard errors of 0.79 on 1,000 cells, 312 broken",
        answer="sign",
        baseline_name="majority class",
        differences=(
            "fit_shuffle",
            "initial_weights",
            "rmsprop_epsilon",
            "same_padding",
        ),
        native_bounds={"step": 0.01, "trajectory": 0.03, "whole run": 1.0},
    ),
)
