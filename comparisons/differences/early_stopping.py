"""Early stopping leaves the last weights in place, not the best ones."""

KERAS = """\
EarlyStopping(restore_best_weights=False) is the default; it stops when
`patience` epochs in a row were no better (keras/src/callbacks/
early_stopping.py, on_epoch_end)."""

PYTORCH = """\
Has no callbacks: the loop counts epochs, saves the best state and breaks.
ReduceLROnPlateau, which looks alike, waits one bad epoch longer than its
patience (torch/optim/lr_scheduler.py)."""

FIX = """\
Save the best weights as they come (ModelCheckpoint with save_best_only; a
state_dict by safetensors), and load them when training ends."""
