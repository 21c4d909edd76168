"""Recurrent layers (SimpleRNN, GRU, LSTM and their bidirectional forms).

Outputs, states, axes, direction and dropout.
"""
