"""A PyTorch LSTM has more parameters and its bias moves twice as fast."""

KERAS = """\
One bias for each gate (keras/src/layers/rnn/lstm.py, build)."""

PYTORCH = """\
Two, bias_ih and bias_hh, which are added; both are trained, so each step
moves their sum twice as far (torch/nn/modules/rnn.py)."""

FIX = """\
Put Keras' bias into bias_ih_l0, set bias_hh_l0 to zero and freeze it:
`lstm.bias_hh_l0.requires_grad_(False)`."""
