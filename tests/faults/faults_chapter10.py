"""Faults planted in the pairs of chapter 10, and their correct variants."""

from fault_kinds import Fault, Variant

DENSE = "chapter10_weather_dense"
CONV = "chapter10_weather_conv1d"
WEATHER = "chapter10_weather_lstm"
GRU = "chapter10_weather_gru"
BOTH_WAYS = "chapter10_weather_bidirectional"

# Training samples of each pair: few, so that 12 steps are two to four epochs.
SAMPLES = {
    DENSE: 1_100,
    CONV: 1_100,
    WEATHER: 1_100,
    GRU: 1_100,
    BOTH_WAYS: 1_100,
}

KERAS_RMSPROP = "keras.optimizers.RMSprop(config.learning_rate)"

VARIANTS: tuple[Variant, ...] = (
    Variant(
        "gradient clipping",
        WEATHER,
        keras=(
            (
                KERAS_RMSPROP,
                "keras.optimizers.RMSprop("
                "config.learning_rate, global_clipnorm=1.0)",
            ),
        ),
        torch=(
            (
                "    loss.backward()\n",
                "    loss.backward()\n"
                "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n",
            ),
        ),
        task={"differences": ("rmsprop_epsilon", "clip_norm_epsilon")},
    ),
)

FAULTS = (
    Fault(
        "epsilon ten times too large, in Keras",
        WEATHER,
        "keras",
        "settings",
        (("(config.learning_rate)", "(config.learning_rate, epsilon=1e-6)"),),
    ),
    Fault(
        "begins by forgetting",
        WEATHER,
        "keras",
        "initialisation",
        (("layers.LSTM(16,", "layers.LSTM(16, unit_forget_bias=False,"),),
    ),
    Fault(
        "readings in reverse order",
        WEATHER,
        "keras",
        "forward",
        (("return windows  #", "return windows[..., ::-1]  #"),),
    ),
    Fault(
        "runs backwards in time",
        WEATHER,
        "keras",
        "forward",
        (("layers.LSTM(16,", "layers.LSTM(16, go_backwards=True,"),),
    ),
    Fault(
        "hard sigmoid, as Keras 2 once had",
        WEATHER,
        "keras",
        "forward",
        (
            (
                "layers.LSTM(16,",
                'layers.LSTM(16, recurrent_activation="hard_sigmoid",',
            ),
        ),
    ),
    Fault(
        "root of the mean square as the score",
        WEATHER,
        "keras",
        "forward",
        (("np.mean(np.abs(error))", "np.sqrt(np.mean(error**2))"),),
    ),
    Fault(
        "two trained biases",
        WEATHER,
        "torch",
        "settings",
        (("        self.lstm.bias_hh_l0.requires_grad_(False)\n", ""),),
    ),
    Fault(
        "frozen bias",
        WEATHER,
        "torch",
        "settings",
        (
            (
                "        self.forecast = nn.Linear(16, 1)\n",
                "        self.forecast = nn.Linear(16, 1)\n"
                "        self.forecast.bias.requires_grad_(False)\n",
            ),
        ),
    ),
    Fault(
        "absolute error for squared error",
        WEATHER,
        "torch",
        "settings",
        (("nn.MSELoss()", "nn.L1Loss()"),),
    ),
    Fault(
        "forget gate's bias of one twice",
        WEATHER,
        "torch",
        "initialisation",
        (
            (
                "    return Forecaster().apply(init_like_keras)",
                "    model = Forecaster().apply(init_like_keras)\n"
                "    nn.init.ones_(model.lstm.bias_hh_l0[16:32])\n"
                "    return model",
            ),
        ),
    ),
    Fault(
        "swapped gates",
        WEATHER,
        "torch",
        "forward",
        (
            (
                "class Forecaster(nn.Module):",
                "class InOutForgetCell(nn.LSTM):\n"
                "    def forward(self, x):\n"
                "        other = {\n"
                "            name: torch.cat(\n"
                "                [weight.chunk(4)[i] for i in (0, 3, 2, 1)]\n"
                "            )\n"
                "            for name, weight in self.named_parameters()\n"
                "        }\n"
                "        plain = nn.LSTM(\n"
                "            self.input_size, 16, batch_first=True\n"
                "        )\n"
                "        return torch.func.functional_call(plain, other, x)\n"
                "\n\n"
                "class Forecaster(nn.Module):",
            ),
            ("self.lstm = nn.LSTM(", "self.lstm = InOutForgetCell("),
        ),
    ),
    Fault(
        "mean of all hours for the last one",
        WEATHER,
        "torch",
        "forward",
        (
            ("_, (hidden, _) = self.lstm(x)", "hidden, _ = self.lstm(x)"),
            ("hidden[-1])", "hidden.mean(1))"),
        ),
    ),
    Fault(
        "cell state for hidden state",
        WEATHER,
        "torch",
        "forward",
        (("_, (hidden, _)", "_, (_, hidden)"),),
    ),
    Fault(
        "reversed sequence",
        WEATHER,
        "torch",
        "forward",
        (("self.lstm(x)", "self.lstm(x.flip(1))"),),
    ),
    Fault(
        "only the last day",
        WEATHER,
        "torch",
        "forward",
        (("self.lstm(x)", "self.lstm(x[:, -24:])"),),
    ),
    Fault(
        "missing batch_first",
        WEATHER,
        "torch",
        "forward",
        ((", batch_first=True", ""),),
        raises=True,
    ),
    Fault(
        "signed mean error as the score",
        WEATHER,
        "torch",
        "forward",
        (("np.mean(np.abs(error))", "abs(np.mean(error))"),),
    ),
    # PyTorch warns, and compares every forecast with every change.
    Fault(
        "targets broadcast against predictions",
        WEATHER,
        "torch",
        "gradients",
        (
            (
                "loss_fn(model(windows), changes)",
                "loss_fn(model(windows).squeeze(1), changes)",
            ),
        ),
    ),
    Fault(
        "targets of the next sample",
        WEATHER,
        "torch",
        "gradients",
        (("from_numpy(arrays.targets)", "from_numpy(arrays.targets).roll(1)"),),
    ),
    Fault(
        "never shuffled, in PyTorch",
        WEATHER,
        "torch",
        "settings",
        (
            (
                "order = torch.randperm if shuffle else torch.arange",
                "order = torch.arange",
            ),
        ),
    ),
    Fault(
        "each gradient clipped on its own",
        WEATHER,
        "keras",
        "gradients",
        (("global_clipnorm=1.0", "clipnorm=1.0"),),
        "gradient clipping",
    ),
    Fault(
        "clipping forgotten",
        WEATHER,
        "torch",
        "gradients",
        (("    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n", ""),),
        "gradient clipping",
    ),
    Fault(
        "clipped by value",
        WEATHER,
        "torch",
        "gradients",
        (("clip_grad_norm_", "clip_grad_value_"),),
        "gradient clipping",
    ),
    Fault(
        "readings before hours",
        DENSE,
        "torch",
        "forward",
        (("x = x.flatten(1)", "x = x.transpose(1, 2).flatten(1)"),),
    ),
    Fault(
        "no relu between the dense layers",
        DENSE,
        "keras",
        "forward",
        (('16, activation="relu", name=', "16, name="),),
    ),
    Fault(
        "change added to the hour that it leads to",
        DENSE,
        "torch",
        "exhibit",
        (("forecast = now + predict", "forecast = later + predict"),),
    ),
    Fault(
        "looks back alone, in Keras",
        CONV,
        "keras",
        "forward",
        (("Conv1D(8, 12,", 'Conv1D(8, 12, padding="causal",'),),
    ),
    Fault(
        "half a pair of hours pooled",
        CONV,
        "keras",
        "forward",
        (
            (
                "MaxPooling1D(2)(x)  # (18, 8)",
                'MaxPooling1D(2, padding="same")(x)  # (18, 8)',
            ),
        ),
    ),
    Fault(
        "the largest hour for the mean of all",
        CONV,
        "torch",
        "forward",
        (("x = x.mean(dim=2)", "x = x.amax(dim=2)"),),
    ),
    Fault(
        "hours taken for channels",
        CONV,
        "torch",
        "forward",
        ((".permute(0, 2, 1)", ".reshape(-1, len(READINGS), 120)"),),
    ),
    Fault(
        "reset before the product",
        GRU,
        "keras",
        "settings",
        (("layers.GRU(32, rec", "layers.GRU(32, reset_after=False, rec"),),
        raises=True,
    ),
    Fault(
        "state of the second layer kept whole",
        GRU,
        "keras",
        "settings",
        (("layers.GRU(32, recurrent_dropout=rate,", "layers.GRU(32,"),),
    ),
    Fault(
        "inputs dropped instead of states",
        GRU,
        "keras",
        "settings",
        (("layers.GRU(32, recurrent_dropout=", "layers.GRU(32, dropout="),),
    ),
    Fault(
        "one mask for all gates",
        GRU,
        "torch",
        "settings",
        (
            ("for _ in range(3)]", "]"),
            (
                "torch.stack(\n            [F",
                "torch.stack(\n            3 * [F",
            ),
        ),
    ),
    Fault(
        "another mask every hour",
        GRU,
        "torch",
        "settings",
        (
            (
                "torch.baddbmm(biases, state * masks, weights)",
                "torch.baddbmm(\n"
                "                biases,\n"
                "                F.dropout(\n"
                "                    state.expand_as(masks), self.rate\n"
                "                ),\n"
                "                weights,\n"
                "            )",
            ),
        ),
    ),
    Fault(
        "reset and update swapped in training alone",
        GRU,
        "torch",
        "gradients",
        (("reset, update, new = hour", "update, reset, new = hour"),),
    ),
    Fault(
        "update gate the wrong way round",
        GRU,
        "torch",
        "gradients",
        (
            (
                "state = new + update * (state - new)",
                "state = state + update * (new - state)",
            ),
        ),
    ),
    Fault(
        "no dropout before the forecast",
        GRU,
        "torch",
        "settings",
        (("self.dropout(hidden[-1])", "hidden[-1]"),),
    ),
    Fault(
        "both ways added",
        BOTH_WAYS,
        "keras",
        "settings",
        (("(lstm, name=", '(lstm, merge_mode="sum", name='),),
        raises=True,
    ),
    Fault(
        "second bias of the way back trained",
        BOTH_WAYS,
        "torch",
        "settings",
        (("        self.lstm.bias_hh_l0_reverse.requires_grad_(False)\n", ""),),
    ),
    Fault(
        "the way back before the way there",
        BOTH_WAYS,
        "torch",
        "forward",
        (("[hidden[0], hidden[1]]", "[hidden[1], hidden[0]]"),),
    ),
    Fault(
        "the way back after one hour",
        BOTH_WAYS,
        "torch",
        "forward",
        (
            ("_, (hidden, _) = self.lstm(x)", "hidden, _ = self.lstm(x)"),
            (
                "x = torch.cat([hidden[0], hidden[1]], dim=1)",
                "x = hidden[:, -1]",
            ),
        ),
    ),
)
