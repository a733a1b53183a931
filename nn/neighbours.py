"""Names that PyTorch and Keras have, and what takes their place here."""

from __future__ import annotations

from autograd.neighbours import Hints

# fmt: off
NN: Hints = {
    # ---- layers
    "Linear LazyLinear":
        "use `Layer(nin, nout, 'linear')`, which maps one sample, a list; `bias=False` leaves the bias out",
    "Dense":
        "use `Layer(nin, nout, 'relu')`: the number of inputs is stated, and the activation may be another",
    "ReLU LeakyReLU ELU GELU SiLU Tanh Sigmoid Softplus Activation":
        "an activation is a word of its layer, `Layer(nin, nout, 'relu')`, or a function, `autograd.relu(v)`",
    "Softmax LogSoftmax":
        "use `autograd.softmax(xs)`, `autograd.log_softmax(xs)`; `cross_entropy` needs neither",
    "Identity":
        "use `activation('linear')`, or leave it out",
    "Conv1D": "use `Conv1d(channels, filters, kernel)`",
    "Conv2D": "use `Conv2d(channels, filters, kernel)`",
    "MaxPooling2D MaxPool2D": "use `MaxPool2d(size)`",
    "AveragePooling2D AvgPooling2D AvgPool2D": "use `AvgPool2d(size)`",
    "BatchNorm1d BatchNorm2d BatchNormalization":
        "use `BatchNorm(width)`; in training it takes a batch: `model.batch(samples)`",
    "LayerNormalization": "use `LayerNorm(width)`",
    "Dropout1d Dropout2d": "use `Dropout(p)`",
    "LSTM": "use `RNN(LSTMCell(nin, nhidden))`",
    "GRU": "use `RNN(GRUCell(nin, nhidden))`",
    "SimpleRNN": "use `RNN(RNNCell(nin, nhidden))`",
    "MultiheadAttention MultiHeadAttention": "use `SelfAttention(width, heads)`",
    "TransformerEncoderLayer TransformerDecoderLayer": "use `TransformerBlock(width, heads)`",
    "Parameter Variable":
        "a parameter is a Value, `autograd.Value(0.5)`, that is an attribute of a Module",
    "ModuleList ParameterList": "use a plain list: what an attribute of a Module holds is found in it",
    "ModuleDict ParameterDict": "use a plain dict: what an attribute of a Module holds is found in it",
    "Model": "use `Sequential(*layers)`, or write a subclass of `Module`",
    "Input InputLayer": "leave it out: each layer states its number of inputs",
    # ---- losses
    "CrossEntropyLoss CategoricalCrossentropy SparseCategoricalCrossentropy":
        "use `cross_entropy(logits, target)`, a function, for one sample; `autograd.mean` is for a batch",
    "NLLLoss nll_loss":
        "use `cross_entropy(logits, target)`, which takes the logits, before any log_softmax",
    "BCEWithLogitsLoss binary_cross_entropy_with_logits":
        "use `binary_cross_entropy(logit, target)`, which takes the logit",
    "BCELoss BinaryCrossentropy":
        "use `binary_cross_entropy(logit, target)`, which takes the logit, before any sigmoid",
    "MSELoss MeanSquaredError mse_loss":
        "use `mean_squared_error(prediction, target)`, or `squared_error(prediction, target)` with its 1/2",
    "L1Loss MeanAbsoluteError l1_loss":
        "use `autograd.mean(abs(p - y) for p, y in zip(prediction, target))`",
    "HuberLoss SmoothL1Loss Huber smooth_l1_loss huber_loss":
        "use `huber(prediction, target)`",
    "HingeEmbeddingLoss MultiMarginLoss Hinge hinge_loss":
        "use `hinge(score, target)`, for targets -1 and 1",
    "one_hot to_categorical":
        "`cross_entropy(logits, target)` takes the class itself, counted from 0",
    # ---- modules of PyTorch and Keras, and what is in them
    "functional":
        "losses are in nn, as `cross_entropy`; activations in autograd, as `autograd.relu(v)`",
    "relu sigmoid tanh softmax log_softmax gelu silu leaky_relu elu softplus":
        "it is in autograd: `from autograd import relu, softmax`",
    "init":
        "say it to the layer, `Layer(nin, nout, init='he_normal')`; `he_normal(nin, nout)` gives numbers",
    "optim":
        "optimisers are in nn: `SGD(parameters, lr=0.1)`, `Adam(parameters)`",
    "RMSprop": "use `RMSProp(parameters)`",
    "Adagrad Adadelta Adamax NAdam Nadam RAdam LBFGS Lion":
        "write its formula, `update`, in a subclass of `Optimizer`",
    "lr_scheduler LambdaLR LearningRateScheduler":
        "a schedule is lr, any function of the step, as in `SGD(parameters, lr=cosine(0.1, steps=100))`",
    "StepLR": "use it as lr: `SGD(parameters, lr=step(0.1, every=10))`",
    "ExponentialLR ExponentialDecay": "use it as lr: `SGD(parameters, lr=exponential(0.1, decay=0.9))`",
    "CosineAnnealingLR CosineDecay": "use it as lr: `SGD(parameters, lr=cosine(0.1, steps=100))`",
    "LinearLR": "use it as lr: `SGD(parameters, lr=linear_warmup(0.1, steps=100))`",
    "utils":
        "use `clip_gradient_norm(parameters, limit)` and `clip_gradient_value(parameters, limit)`",
    "DataLoader Dataset TensorDataset": "use `batches(X, y, 32)`; `fit(model, (X, y))` does it by itself",
    "EarlyStopping": "use `fit(model, (X, y), patience=10)`",
    "callbacks": "use `fit(model, (X, y), callbacks=[f])`, functions of the history",
    "no_grad": "it is in autograd: `from autograd import no_grad`",
}

MODULE: Hints = {
    "fit": "use `nn.fit(model, (X, y), loss=loss, optimizer=optimizer, epochs=10)`",
    "compile": "use `nn.fit(model, (X, y), compiled=True)`, or `autograd.compile(model)`",
    "predict": "use `model(x)` for one sample, `model.batch(samples)` for several",
    "evaluate": "take the mean of a loss over `model.batch(samples)`, after `model.eval()`",
    "children": "use `model.named_children()`",
    "modules": "use `model.named_modules()`",
    "requires_grad_": "use `model.freeze()` and `model.unfreeze()`",
    "to cpu cuda": "numbers are Python's own; `autograd.compile(model)` makes machine code",
    "weights trainable_weights trainable_variables": "use `model.parameters()`",
    "get_weights": "use `model.state_dict()`",
    "set_weights": "use `model.load_state_dict(saved)`",
    "save_weights": "use `model.save(path)`",
    "load_weights": "use `model.load(path)`",
    "count_params": "use `len(model.parameters())`",
    "register_parameter": "assign a Value as an attribute",
    "register_buffer": "name the attribute in `buffers` of the class",
    "add_module register_module": "assign the module as an attribute",
}

OPTIMIZER: Hints = {
    "param_groups": "use `optimizer.lr` and `optimizer.parameters`; for several rates, several optimisers",
    "add_param_group": "use `optimizer.parameters.append(v)`",
    "apply_gradients": "use `optimizer.step()`, which reads the gradients of the parameters",
    "minimize": "use `loss.backward()`, and then `optimizer.step()`",
    "learning_rate": "use `optimizer.lr`, a number or a schedule",
}
# fmt: on
