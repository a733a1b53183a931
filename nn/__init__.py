"""Neural networks on the scalar engine: modules, losses, optimisers, training.

Everything is made of `autograd`'s Values and plain Python: a layer is a list of neurons, a neuron a
list of weights. `MLP`, a loss, `SGD` and a loop are enough to train; `fit` is that loop, written out.
"""

from nn.errors import InputError, StateError
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
from nn.module import Call, Module
from nn.notices import TrainingWarning
from nn.optimizers import SGD, Adam, AdamW, Optimizer, RMSProp
from nn.penalties import l1_penalty, l2_penalty
from nn.saving import load, save
from nn.schedules import constant, cosine, exponential, join, linear, linear_warmup, step

__all__ = [
    "Adam",
    "AdamW",
    "Call",
    "InputError",
    "Layer",
    "MLP",
    "Module",
    "Neuron",
    "Optimizer",
    "RMSProp",
    "SGD",
    "Sequential",
    "StateError",
    "TrainingWarning",
    "accuracy",
    "binary_cross_entropy",
    "constant",
    "cosine",
    "cross_entropy",
    "exponential",
    "hinge",
    "huber",
    "join",
    "l1_penalty",
    "l2_penalty",
    "linear",
    "linear_warmup",
    "load",
    "mean_squared_error",
    "save",
    "squared_error",
    "step",
]
