"""Writes torch_reference.json, the numbers that test_torch_reference.py compares with.

Run once, with PyTorch 2.13.0 installed, as `python tests/nn/torch_reference.py`; no test needs PyTorch.
Weights and inputs are closed forms (`numbers`), so that both sides can build them: parameter k of a module
is 0.5 sin(1 + k), in the order of `parameters()`, and inputs are twice that from k = 100 on. Gradients
are those of sum over k of cos(k) y_k.
"""

import json
from math import cos, prod, sin
from pathlib import Path


def main():
    import torch
    from torch import nn, optim
    from torch.nn import functional as F  # noqa: N812

    torch.set_default_dtype(torch.float64)
    T = torch.tensor

    def numbers(count, start=0):
        return T([0.5 * sin(1.0 + k) for k in range(start, start + count)])

    def inputs(*shape, start=100):
        return 2 * numbers(prod(shape), start).reshape(shape)

    class Parameters:
        """Hands out the parameters in the order in which a module of ours has them."""

        def __init__(self):
            self.taken = 0

        def __call__(self, *shape):
            self.taken += prod(shape)
            return numbers(prod(shape), self.taken - prod(shape)).reshape(shape).clone().requires_grad_(True)

        def neurons(self, count, nin):
            rows = self(count, nin + 1).detach()
            return rows[:, :-1].clone(), rows[:, -1].clone()

    def joined(weights, biases):
        return torch.cat([weights, biases[:, None]], 1)

    def flat(*tensors):
        return torch.cat([t.reshape(-1) for t in tensors]).tolist()

    def backward(*outputs):
        y = torch.cat([t.reshape(-1) for t in outputs])
        (y * T([cos(k) for k in range(len(y))])).sum().backward()
        return y.tolist()

    def optimized(make):
        w = T([1.0, -2.0], requires_grad=True)
        optimizer = make([w])
        for _ in range(5):
            optimizer.zero_grad()
            (0.5 * w[0] ** 2 + w[1] ** 2 + torch.sin(w[0] * w[1])).backward()
            optimizer.step()
        return w.tolist()

    options = {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.2}
    optimizers = {
        "SGD": lambda p: optim.SGD(p, lr=0.1),
        "SGD weight_decay": lambda p: optim.SGD(p, lr=0.1, weight_decay=0.2),
        "SGD momentum": lambda p: optim.SGD(p, lr=0.1, momentum=0.9),
        "SGD nesterov": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
        "RMSProp": lambda p: optim.RMSprop(p, lr=0.05, alpha=0.9, eps=1e-3),
        "RMSProp weight_decay": lambda p: optim.RMSprop(p, lr=0.05, alpha=0.9, eps=1e-3, weight_decay=0.2),
        "Adam": lambda p: optim.Adam(p, lr=0.1),
        "Adam options": lambda p: optim.Adam(p, **options),
        "AdamW": lambda p: optim.AdamW(p, lr=0.1),
        "AdamW options": lambda p: optim.AdamW(p, **options),
    }

    def loss(function, *x):
        x = T(x[0] if len(x) == 1 else x, requires_grad=True)
        value = function(x)
        value.backward()
        return [value.item(), x.grad.tolist()]

    row = (0.3, -1.2, 2.0)
    losses = {
        "cross_entropy": loss(lambda x: F.cross_entropy(x, T(2)), *row),
        "cross_entropy soft": loss(lambda x: F.cross_entropy(x, T([0.2, 0.5, 0.3])), *row),
        "cross_entropy extreme": loss(lambda x: F.cross_entropy(x, T(0)), -1000.0, 1000.0, 0.0),
        "binary_cross_entropy 1": loss(lambda x: F.binary_cross_entropy_with_logits(x, T(1.0)), 0.7),
        "binary_cross_entropy 0": loss(lambda x: F.binary_cross_entropy_with_logits(x, T(0.0)), 0.7),
        "binary_cross_entropy soft": loss(lambda x: F.binary_cross_entropy_with_logits(x, T(0.25)), -40.0),
        "mean_squared_error": loss(lambda x: F.mse_loss(x, T([1.0, 0.0, 2.0])), *row),
        "huber": loss(lambda x: F.huber_loss(x, T([1.0, 0.0, 2.5]), delta=0.8), *row),
    }

    modules = {}

    def note(name, outputs, gradients, **more):
        modules[name] = {"outputs": outputs, "gradients": gradients, **more}

    W, b = (t.requires_grad_(True) for t in Parameters().neurons(3, 4))
    outputs = backward(F.conv1d(inputs(1, 2, 5), W.reshape(3, 2, 2), b, stride=2, padding=1))
    note("Conv1d", outputs, flat(joined(W.grad, b.grad)))
    W, b = (t.requires_grad_(True) for t in Parameters().neurons(2, 8))
    outputs = backward(F.conv2d(inputs(1, 2, 3, 4), W.reshape(2, 2, 2, 2), b, padding=1))
    note("Conv2d", outputs, flat(joined(W.grad, b.grad)))

    for name, pool in (("MaxPool2d", F.max_pool2d), ("AvgPool2d", F.avg_pool2d)):
        x = inputs(1, 2, 3, 4).requires_grad_(True)
        note(name, backward(pool(x, 2, stride=1)), flat(x.grad))

    take = Parameters()
    scale, shift = take(4), take(4)
    note("LayerNorm", backward(F.layer_norm(inputs(4), (4,), scale, shift)), flat(scale.grad, shift.grad))
    scale = Parameters()(4)
    note("RMSNorm", backward(F.rms_norm(inputs(4), (4,), scale, eps=1e-5)), flat(scale.grad))
    take, norm = Parameters(), nn.BatchNorm1d(3, momentum=0.3)
    norm.weight.data, norm.bias.data = take(3).detach(), take(3).detach()
    outputs = backward(norm(inputs(4, 3)))
    running = flat(norm.running_mean, norm.running_var)
    evaluated = flat(norm.eval()(inputs(1, 3, start=50)))
    gradients = flat(norm.weight.grad, norm.bias.grad)
    note("BatchNorm", outputs, gradients, running=running, evaluated=evaluated)

    def recurrent(name, cell, gates, state):
        """Gates read [x, h] and have one bias; PyTorch has two, of which the second is 0."""
        W, b = (torch.cat(part) for part in zip(*gates))
        cell.weight_ih.data, cell.weight_hh.data = W[:, :2].clone(), W[:, 2:].clone()
        cell.bias_ih.data, cell.bias_hh.data = b.clone(), torch.zeros_like(b)
        hs = []
        for x in inputs(3, 1, 2):
            state = cell(x, state)
            hs.append(state[0] if isinstance(state, tuple) else state)
        outputs = backward(*hs)
        gradient = torch.cat([cell.weight_ih.grad, cell.weight_hh.grad], 1)
        note(name, outputs, flat(joined(gradient, cell.bias_ih.grad)))

    start = torch.zeros(1, 3)
    recurrent("RNNCell", nn.RNNCell(2, 3), [Parameters().neurons(3, 5)], start)
    take = Parameters()
    recurrent("LSTMCell", nn.LSTMCell(2, 3), [take.neurons(3, 5) for _ in range(4)], (start, start))

    take, cell, h, hs = Parameters(), nn.GRUCell(2, 3), start, []
    (Wr, br), (Wz, bz) = take.neurons(3, 5), take.neurons(3, 5)
    (Wn, bn), (Un, dn) = take.neurons(3, 2), take.neurons(3, 3)
    cell.weight_ih.data = torch.cat([Wr[:, :2], Wz[:, :2], Wn])
    cell.weight_hh.data = torch.cat([Wr[:, 2:], Wz[:, 2:], Un])
    cell.bias_ih.data, cell.bias_hh.data = torch.cat([br, bz, bn]), torch.cat([0 * br, 0 * bz, dn])
    for x in inputs(3, 1, 2):
        h = cell(x, h)
        hs.append(h)
    outputs = backward(*hs)
    wi, wh, bi, bh = (p.grad for p in (cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh))
    gates = [joined(torch.cat([wi[s], wh[s]], 1), bi[s]) for s in (slice(0, 3), slice(3, 6))]
    note("GRUCell", outputs, flat(*gates, joined(wi[6:], bi[6:]), joined(wh[6:], bh[6:])))

    for name, causal in (("SelfAttention causal", True), ("SelfAttention", False)):
        take = Parameters()
        q, k, v, out = (take(4, 4) for _ in range(4))
        x = inputs(3, 4)
        heads = [(x @ matrix.T).reshape(3, 2, 2).transpose(0, 1) for matrix in (q, k, v)]
        read = F.scaled_dot_product_attention(*heads, is_causal=causal).transpose(0, 1).reshape(3, 4)
        note(name, backward(read @ out.T), flat(q.grad, k.grad, v.grad, out.grad))

    take = Parameters()
    block = nn.TransformerEncoderLayer(4, 2, 8, 0.0, "gelu", batch_first=True, norm_first=True)
    attention = block.self_attn
    block.norm1.weight.data, block.norm1.bias.data = take(4).detach(), take(4).detach()
    attention.in_proj_weight.data = torch.cat([take(4, 4).detach() for _ in range(3)])
    attention.out_proj.weight.data = take(4, 4).detach()
    attention.in_proj_bias.data.zero_()
    attention.out_proj.bias.data.zero_()
    block.norm2.weight.data, block.norm2.bias.data = take(4).detach(), take(4).detach()
    block.linear1.weight.data, block.linear1.bias.data = take.neurons(8, 4)
    block.linear2.weight.data, block.linear2.bias.data = take.neurons(4, 8)
    mask = nn.Transformer.generate_square_subsequent_mask(3)
    outputs = backward(block(inputs(1, 3, 4), src_mask=mask, is_causal=True))
    parts = [block.norm1.weight, block.norm1.bias, attention.in_proj_weight, attention.out_proj.weight]
    parts = [p.grad for p in [*parts, block.norm2.weight, block.norm2.bias]]
    parts += [joined(layer.weight.grad, layer.bias.grad) for layer in (block.linear1, block.linear2)]
    note("TransformerBlock", outputs, flat(*parts))

    samples = [3.14159, 0.1, 1e-40, -2.5e-8, 65519.9, 3.3895e38, 3.4e38, 1.00390625, 1.01171875]
    bfloat16 = [[x, T(x).to(torch.bfloat16).to(torch.float64).item()] for x in samples]
    found = {
        "made by": f"PyTorch {torch.__version__}",
        "optimizers": {name: optimized(make) for name, make in optimizers.items()},
        "losses": losses,
        "modules": modules,
        "bfloat16": [[x, y if abs(y) < 1e39 else "inf"] for x, y in bfloat16],
    }
    text = ",\n".join(f" {json.dumps(name)}: {json.dumps(entry)}" for name, entry in found.items())
    Path(__file__).with_suffix(".json").write_text(f"{{\n{text}\n}}\n")


if __name__ == "__main__":
    main()
