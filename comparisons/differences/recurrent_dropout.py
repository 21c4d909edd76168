"""A PyTorch GRU or LSTM cannot drop its own previous state."""

KERAS = """\
`recurrent_dropout` draws one mask a gate for each batch, keeps it over all
time steps and multiplies the previous state by it on its way into that gate;
what a GRU's update gate lets through is not dropped
(keras/src/layers/rnn/gru.py, GRUCell.call, implementation 1)."""

PYTORCH = """\
`dropout` of nn.GRU and nn.LSTM acts between stacked layers alone, anew at
every time step, and nothing drops the recurrent state
(torch/nn/modules/rnn.py)."""

FIX = """\
Subclass nn.GRU: in training a loop over time with three masks of
F.dropout(ones), one for each gate; in evaluation nn.GRU's own code. cuDNN has
no such masks, so that on a GPU either library pays for the loop."""
