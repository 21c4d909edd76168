"""Chapter 9: one row per pair."""

from comparisons.task import Task

TASKS = (
    Task(
        stem="chapter09_segmentation",
        section="9.2",
        title="which pixel is what, down and up convolutions",
        metric="mean IoU",
        margin=0.03,
        margin_why="three times what the last steps of RMSprop move a run by",
        answer="class",
        baseline_name="all ground",
        differences=(
            "fit_shuffle",
            "float32_constants",
            "initial_weights",
            "rmsprop_epsilon",
            "same_padding",
        ),
        native_bounds={"step": 0.3, "trajectory": 1.0, "whole run": 1.0},
    ),
    Task(
        stem="chapter09_gradcam",
        section="9.4",
        title="where a network sees a cat, Grad-CAM",
        metric="heat in the right quarter",
        margin=0.03,
        margin_why="three standard errors of the mean of 48 grids are 0.022",
        answer="class",
        baseline_name="equally warm everywhere",
        differences=("same_padding",),
        pretrained=("backbone", "classifier"),
        trains=False,
    ),
)
