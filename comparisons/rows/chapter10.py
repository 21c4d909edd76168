"""Chapter 10: one row per pair."""

from comparisons.task import Task

TASKS = (
    Task(
        stem="chapter10_weather_lstm",
        section="10.2",
        title="temperature tomorrow, LSTM",
        metric="mae",
        unit="°C",
        higher_is_better=False,
        margin=0.15,
        margin_why="three standard errors of the MAE on 3,000 windows",
        answer="0.5",
        baseline_name="same as now",
        differences=(
            "fit_shuffle",
            "initial_weights",
            "lstm_two_biases",
            "rmsprop_epsilon",
        ),
        native_bounds={"step": 0.1, "trajectory": 0.5, "whole run": 1.0},
    ),
)
