"""Chapter 3: one row per pair."""

from comparisons.task import Task

TASKS = (
    Task(
        stem="chapter03_linear_models",
        section="3.5",
        title="two clouds of points, linear models",
        metric="accuracy",
        margin=0.006,
        margin_why="three standard errors of 0.996 on 1,000 points",
        answer="sign",
        baseline_name="majority class",
    ),
)
