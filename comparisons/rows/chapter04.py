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
    Task(
        stem="chapter04_newswires",
        section="4.2",
        title="language of a name, bags of letters",
        metric="accuracy",
        margin=0.02,
        margin_why="three standard errors of 0.72 on 5,000 names",
        answer="class",
        baseline_name="majority class",
        differences=("fit_shuffle", "initial_weights", "rmsprop_epsilon"),
        native_bounds={"step": 0.3, "trajectory": 0.9, "whole run": 1.0},
    ),
    Task(
        stem="chapter04_house_prices",
        section="4.3",
        title="house prices, dense layers",
        metric="mae",
        unit="k$",
        higher_is_better=False,
        margin=0.55,
        margin_why="three standard errors of the MAE on 102 tracts",
        answer="0.5",
        baseline_name="median price",
        differences=("fit_shuffle", "initial_weights", "rmsprop_epsilon"),
        native_bounds={"step": 2e-3, "trajectory": 0.01, "whole run": 1.0},
    ),
)
