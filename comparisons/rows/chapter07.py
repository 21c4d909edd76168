"""Chapter 7: one row per pair."""

from comparisons.task import Task

TASKS = (
    Task(
        stem="chapter07_training_loops",
        section="7.2",
        title="handwritten digits, one model three ways",
        metric="accuracy",
        margin=0.026,
        margin_why="three standard errors of 0.92 on 1,000 digits",
        answer="class",
        baseline_name="majority class",
        differences=(
            "early_stopping",
            "fit_shuffle",
            "initial_weights",
            "rmsprop_epsilon",
            "schedule_clock",
            "training_argument",
        ),
        native_bounds={"step": 0.1, "trajectory": 0.3, "whole run": 1.0},
    ),
)
