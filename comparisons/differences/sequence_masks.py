"""A Keras RNN skips padding by a mask, a PyTorch one by packing."""

KERAS = """\
`Embedding(mask_zero=True)` sends a mask along with its output; at a masked
step an RNN keeps its state, and a backward one begins behind the padding
(keras/src/backend/tensorflow/rnn.py)."""

PYTORCH = """\
Layers know no mask: nn.LSTM runs on through the padding, and its backward
half begins in it, unless the batch is a PackedSequence
(torch/nn/modules/rnn.py)."""

FIX = """\
With the padding behind the text, `pack_padded_sequence(x, lengths,
batch_first=True, enforce_sorted=False)` gives the same last states. Whole
sequences differ in the padding: Keras repeats the last output there, or gives
zeros under Bidirectional; pad_packed_sequence gives zeros."""
