"""Early stopping leaves the last weights in place, not the best ones."""

import numpy as np

KERAS = """\
EarlyStopping(restore_best_weights=False) is the default; it stops when
`patience` epochs in a row were no better (keras/src/callbacks/
early_stopping.py, on_epoch_end)."""

PYTORCH = """\
Has no callbacks: the loop counts epochs, saves the best state and breaks.
ReduceLROnPlateau, which looks alike, waits one bad epoch longer than its
patience (torch/optim/lr_scheduler.py)."""

FIX = """\
Save the best weights as they come (restore_best_weights=True, or
ModelCheckpoint with save_best_only; a state_dict, copied or by safetensors),
and load them when training ends."""

GAP = 0.4
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """One weight that training pulls from 0 to 2; validation likes 1 best."""
    ones = np.ones((4, 1))
    return {"x": ones, "y": 2 * ones, "x_val": ones, "y_val": ones}


def keras_default(x, y, x_val, y_val):
    import keras
    from keras import layers

    layer = layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), layer])
    model.compile(keras.optimizers.SGD(0.125), "mse")
    stop = keras.callbacks.EarlyStopping(patience=2)
    model.fit(
        x,
        y,
        epochs=20,
        validation_data=(x_val, y_val),
        callbacks=[stop],
        verbose=0,
    )
    return layer.kernel.value


def torch_default(x, y, x_val, y_val):
    import copy

    import torch
    import torch.nn.functional as F
    from torch import nn

    x, y, x_val, y_val = map(torch.from_numpy, (x, y, x_val, y_val))
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    optimizer = torch.optim.SGD(model.parameters(), 0.125)
    best_loss, waited = float("inf"), 0
    for _ in range(20):
        optimizer.zero_grad()
        F.mse_loss(model(x), y).backward()
        optimizer.step()
        with torch.no_grad():
            loss = F.mse_loss(model(x_val), y_val)
        if loss < best_loss:
            best_loss, waited = loss, 0
            best = copy.deepcopy(model.state_dict())
        else:
            waited += 1
        if waited == 2:
            break
    model.load_state_dict(best)
    return model.weight


def torch_as_keras(x, y, x_val, y_val):
    import torch
    import torch.nn.functional as F
    from torch import nn

    x, y, x_val, y_val = map(torch.from_numpy, (x, y, x_val, y_val))
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    optimizer = torch.optim.SGD(model.parameters(), 0.125)
    best_loss, waited = float("inf"), 0
    for _ in range(20):
        optimizer.zero_grad()
        F.mse_loss(model(x), y).backward()
        optimizer.step()
        with torch.no_grad():
            loss = F.mse_loss(model(x_val), y_val)
        waited = 0 if loss < best_loss else waited + 1
        best_loss = min(best_loss, loss)
        if waited == 2:
            break
    return model.weight


def keras_as_torch(x, y, x_val, y_val):
    import keras
    from keras import layers

    layer = layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), layer])
    model.compile(keras.optimizers.SGD(0.125), "mse")
    stop = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    model.fit(
        x,
        y,
        epochs=20,
        validation_data=(x_val, y_val),
        callbacks=[stop],
        verbose=0,
    )
    return layer.kernel.value
