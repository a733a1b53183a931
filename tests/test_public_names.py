"""The names that users import, and where from: a name more or less is a decision, made here."""

import importlib

import pytest

NAMES = {
    "autograd": """
AnomalyError DomainError GradientCheckError GradientReport Value acos acosh add asin asinh atan atan2
atanh cbrt check_gradients checkpoint clamp cos cosh detect_anomaly div dot elementwise_grad elu erf erfc
exp expm1 gelu grad hessian hvp hypot jacobian jvp leaky_relu log log10 log1p log2 log_softmax logsumexp
matvec maximum mean minimum mul neg no_grad norm primitive relu select sigmoid silu sin sinh softmax
softplus sqrt sub tan tanh topological_order value_and_grad where
abs compile pow sum
""",
    "autograd.micrograd": """
Layer MLP Module Neuron Value
""",
    "autograd.micrograd.engine": """
Value
""",
    "autograd.micrograd.nn": """
Layer MLP Module Neuron
""",
    "autograd.symbols": """
Expression Rule Term acos acosh alpha asin asinh atan atan2 atanh cbrt condition cos cosh equal erf erfc
exp expm1 high hypot index largest log log10 log1p log2 low position sin sinh slope sqrt substitute
subterms tan tanh total unequal where whole x y z
""",
    "nn": """
Adam AdamW AvgPool2d BatchNorm Call Conv1d Conv2d Dropout Embedding Flatten GPT GRUCell History InputError
LSTMCell LSTMState Layer LayerNorm LossScaler MLP MaxPool2d Module Neuron Optimizer RMSNorm RMSProp RNN
RNNCell Residual SGD Schedule SearchResults SelfAttention Sequential StateError TrainingWarning
TransformerBlock accuracy activation batches between_logs binary_cross_entropy clip_gradient_norm
clip_gradient_value constant cosine cross_entropy exponential fit flip gradient_noise grid_search
he_normal he_uniform hinge huber is_frozen jitter join l1_penalty l2_penalty linear linear_warmup load
load_digits load_iris make_circles make_moons make_spirals make_xor mean_squared_error orthogonal
random_search rotate2d save shift_image simulate_precision split squared_error step uniform xavier_normal
xavier_uniform zeros
""",
    "viz": """
Dot Drawing DrawingError Explanation Film Formula LivePage Network Page doctor draw draw_dot draw_network
explain expression film play playground plot_decision_boundary plot_gradient_flow plot_loss plot_loss_surface
""",
}
"""What `from package import name` gives, by package."""

IMPORTED = {"abs", "compile", "pow", "sum"}
"""Names that `from autograd import *` leaves to Python."""


@pytest.mark.parametrize("package", NAMES)
def test_each_public_name_is_where_it_was(package):
    """Whatever file defines it, `from package import name` finds it."""
    module = importlib.import_module(package)
    assert [name for name in NAMES[package].split() if not hasattr(module, name)] == []


@pytest.mark.parametrize("package", NAMES)
def test_all_lists_the_public_names(package):
    """`__all__`, which `from package import *` and readers go by, has these names and no others."""
    listed = importlib.import_module(package).__all__
    assert len(listed) == len(set(listed))
    assert set(listed) == set(NAMES[package].split()) - IMPORTED
