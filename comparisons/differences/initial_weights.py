"""A PyTorch port trains differently from the start: default initial weights."""

KERAS = """\
Dense and convolutions: Glorot uniform, zero bias. LSTM: Glorot kernel,
orthogonal recurrent kernel, forget bias 1 (keras/src/layers)."""

PYTORCH = """\
Dense and convolutions: uniform within 1/sqrt(fan in), biases too. LSTM: all
uniform within 1/sqrt(units) (reset_parameters in torch/nn/modules)."""

FIX = """\
`xavier_uniform_`, `zeros_`, `orthogonal_` as in torch_impl/common.py gives the
same distributions; the same values need the weights to be copied."""
