"""A seeded Keras fit repeats the same batch order in every epoch."""

KERAS = """\
After keras.utils.set_random_seed, fit(shuffle=True) on arrays draws one
permutation and repeats it each epoch (Keras 3.15.1 on TensorFlow, measured;
keras/src/trainers/data_adapters/array_data_adapter.py)."""

PYTORCH = """\
torch.randperm, or a DataLoader with shuffle=True, draws a new order for each
epoch."""

FIX = """\
For equal batches shuffle with NumPy and pass shuffle=False on both sides, as
the ladder does. Seeds never give both frameworks the same order."""
