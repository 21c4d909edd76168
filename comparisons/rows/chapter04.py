"""Chapter 4: one row per pair."""

from comparisons.task import Task

TASKS = (
    Task(
        stem="chapter04_reviews",
        section="4.1",
        title="film reviews, bags of words",
        metric="accuracy",
        margin=0.01,
        margin_why="three standard errors of 0.88 on 9,900 reviews",
        answer="sign",
        baseline_name="majority class",
        differences=("fit_shuffle", "initial_weights", "rmsprop_epsilon"),
        native_bounds={"step": 0.1, "trajectory": 0.5, "whole run": 1.0},
    ),
)
