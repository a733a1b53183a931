"""Neural networks on the scalar engine: modules, losses, optimisers, training.

Everything is made of `autograd`'s Values and plain Python: a layer is a list of neurons, a neuron a
list of weights. `MLP`, a loss, `SGD` and a loop are enough to train; `fit` is that loop, written out.
"""

from pathlib import Path
from runpy import run_path

run_path(str(Path(__file__).parents[1] / "autograd" / "namesake.py"))["check_autograd"]()

# isort: split
from nn.activations import activation
from nn.attention import SelfAttention, TransformerBlock
from nn.augmentation import flip, jitter, rotate2d, shift_image
from nn.batching import batches
from nn.convolution import Conv1d, Conv2d
from nn.data import load_digits, load_iris, make_circles, make_moons, make_spirals, make_xor, split
from nn.dropout import Dropout
from nn.embedding import Embedding
from nn.errors import InputError, StateError
from nn.gpt import GPT
from nn.gradients import clip_gradient_norm, clip_gradient_value, gradient_noise
from nn.history import History
from nn.initializers import he_normal, he_uniform, orthogonal, uniform, xavier_normal, xavier_uniform, zeros
from nn.losses import (
    accuracy,
    binary_cross_entropy,
    cross_entropy,
    hinge,
    huber,
    mean_squared_error,
    squared_error,
)
from nn.mlp import MLP, Layer, Neuron, Sequential
from nn.module import Call, Module, is_frozen
from nn.normalization import BatchNorm, LayerNorm, RMSNorm
from nn.notices import TrainingWarning
from nn.optimizers import SGD, Adam, AdamW, RMSProp
from nn.penalties import l1_penalty, l2_penalty
from nn.pooling import AvgPool2d, Flatten, MaxPool2d
from nn.precision import LossScaler, simulate_precision
from nn.recurrent import RNN, GRUCell, LSTMCell, LSTMState, RNNCell
from nn.residual import Residual
from nn.saving import load, save
from nn.schedules import Schedule, constant, cosine, exponential, join, linear, linear_warmup, step
from nn.search import SearchResults, between_logs, grid_search, random_search
from nn.stepping import Optimizer
from nn.training import fit

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
