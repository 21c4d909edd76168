"""Chapter 5: one row per pair."""

from comparisons.task import Task

TASKS = (
    Task(
        stem="chapter05_overfitting",
        section="5.4",
        title="film reviews, L2, dropout and size",
        metric="accuracy",
        margin=0.011,
        margin_why="three standard errors of 0.866 on 9,900 reviews",
        answer="sign",
        baseline_name="majority class",
        differences=(
            "fit_shuffle",
            "initial_weights",
            "l2_reported_loss",
            "l2_weight_decay",
            "rmsprop_epsilon",
        ),
        # With four units a bias is a few numbers: 0.52 apart after 50 steps.
        native_bounds={"step": 0.2, "trajectory": 1.0, "whole run": 1.0},
        exhibit_trains=True,
    ),
)
