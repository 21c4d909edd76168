"""Chapter 2: one row per pair."""

from comparisons.task import Task

TASKS = (
    Task(
        stem="chapter02_digits_dense",
        section="2.1",
        title="handwritten digits, dense layers",
        metric="accuracy",
        margin=0.025,
        margin_why="three standard errors of 0.92 on 1,000 digits",
        answer="class",
        baseline_name="majority class",
        differences=("fit_shuffle", "initial_weights", "rmsprop_epsilon"),
        native_bounds={"step": 0.05, "trajectory": 0.2, "whole run": 1.0},
    ),
    Task(
        stem="chapter02_from_scratch",
        section="2.5",
        title="handwritten digits, from scratch",
        metric="accuracy",
        margin=0.027,
        margin_why="three standard errors of 0.91 on 1,000 digits",
        answer="class",
        baseline_name="majority class",
    ),
)
