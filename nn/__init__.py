"""Neural networks on the scalar engine: modules, losses, optimisers, training.

Everything is made of `autograd`'s Values and plain Python: a layer is a list of neurons, a neuron a
list of weights. `MLP`, a loss, `SGD` and a loop are enough to train; `fit` is that loop, written out.

To read it, begin with `layers.mlp`, `optimizers.methods` and `training.fitting`. Each folder knows only those
above it:

    errors, checks     what is said of wrong input, and of mistakes that show in training
    randomness         seeds and the states of random generators
    states             checks of what a saved state holds
    neighbours         names of PyTorch and Keras, and what takes their place
    saving, files      states as JSON; a file written whole or not at all
    layers/            mlp: Neuron, Layer, MLP. module: what all layers are. paths, parts, parameters: what it
                       finds in its attributes; state, summary: that as data, as a table. activations,
                       initializers; then a file for each kind of layer, up to gpt
    optimizers/        methods: SGD to AdamW, a formula each. optimizer: what they share. schedules,
                       gradients, penalties. notices: warnings about steps
    data/              datasets, augmentation. columns, sources: what training goes through; batching
    training/          fitting: fit, the loop. losses. steps: a step on Values; compiled_steps: by array
                       programs, with stacks and targets. history: what happened, and how to go on.
                       dead_layers: a warning. interruption: Ctrl-C. precision, search
"""

from pathlib import Path
from runpy import run_path
from typing import TYPE_CHECKING, Any

# by its path: `import autograd` may find another package of that name
run_path(str(Path(__file__).parents[1] / "autograd" / "namesake.py"))["check_autograd"]()

from autograd.neighbours import hint_attributes, hint_names, missing
from nn.data.augmentation import flip, jitter, rotate2d, shift_image
from nn.data.batching import batches
from nn.data.datasets import load_digits, load_iris, make_circles, make_moons, make_spirals, make_xor, split
from nn.errors import InputError, StateError, TrainingWarning
from nn.layers.activations import activation
from nn.layers.attention import SelfAttention, TransformerBlock
from nn.layers.convolution import Conv1d, Conv2d
from nn.layers.dropout import Dropout
from nn.layers.embedding import Embedding
from nn.layers.gpt import GPT
from nn.layers.initializers import (
    he_normal,
    he_uniform,
    orthogonal,
    uniform,
    xavier_normal,
    xavier_uniform,
    zeros,
)
from nn.layers.mlp import MLP, Layer, Neuron, Sequential
from nn.layers.module import Call, Module
from nn.layers.normalization import BatchNorm, LayerNorm, RMSNorm
from nn.layers.parameters import is_frozen
from nn.layers.pooling import AvgPool2d, Flatten, MaxPool2d
from nn.layers.recurrent import RNN, GRUCell, LSTMCell, LSTMState, RNNCell
from nn.layers.residual import Residual
from nn.neighbours import MODULE, NN, OPTIMIZER
from nn.optimizers.gradients import clip_gradient_norm, clip_gradient_value, gradient_noise
from nn.optimizers.methods import SGD, Adam, AdamW, RMSProp
from nn.optimizers.optimizer import Optimizer
from nn.optimizers.penalties import l1_penalty, l2_penalty
from nn.optimizers.schedules import Schedule, constant, cosine, exponential, join, linear, linear_warmup, step
from nn.saving import load, save
from nn.training.fitting import fit
from nn.training.history import History
from nn.training.losses import (
    accuracy,
    binary_cross_entropy,
    cross_entropy,
    hinge,
    huber,
    mean_squared_error,
    squared_error,
)
from nn.training.precision import LossScaler, simulate_precision
from nn.training.search import SearchResults, between_logs, grid_search, random_search

__all__ = [
    "Adam",
    "AdamW",
    "AvgPool2d",
    "BatchNorm",
    "Call",
    "Conv1d",
    "Conv2d",
    "Dropout",
    "Embedding",
    "Flatten",
    "GPT",
    "GRUCell",
    "History",
    "InputError",
    "LSTMCell",
    "LSTMState",
    "Layer",
    "LayerNorm",
    "LossScaler",
    "MLP",
    "MaxPool2d",
    "Module",
    "Neuron",
    "Optimizer",
    "RMSNorm",
    "RMSProp",
    "RNN",
    "RNNCell",
    "Residual",
    "SGD",
    "Schedule",
    "SearchResults",
    "SelfAttention",
    "Sequential",
    "StateError",
    "TrainingWarning",
    "TransformerBlock",
    "accuracy",
    "activation",
    "batches",
    "between_logs",
    "binary_cross_entropy",
    "clip_gradient_norm",
    "clip_gradient_value",
    "constant",
    "cosine",
    "cross_entropy",
    "exponential",
    "fit",
    "flip",
    "gradient_noise",
    "grid_search",
    "he_normal",
    "he_uniform",
    "hinge",
    "huber",
    "is_frozen",
    "jitter",
    "join",
    "l1_penalty",
    "l2_penalty",
    "linear",
    "linear_warmup",
    "load",
    "load_digits",
    "load_iris",
    "make_circles",
    "make_moons",
    "make_spirals",
    "make_xor",
    "mean_squared_error",
    "orthogonal",
    "random_search",
    "rotate2d",
    "save",
    "shift_image",
    "simulate_precision",
    "split",
    "squared_error",
    "step",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

hint_names(__name__, NN)
hint_attributes(Module, MODULE, settable=True)
hint_attributes(Optimizer, OPTIMIZER)

if not TYPE_CHECKING:  # a type checker is to see that a name is not there

    def __getattr__(name: str) -> Any:
        """An error that names what takes the place of PyTorch's and Keras' names."""
        raise missing(__name__, name)
