"""Writes what PyTorch makes of small operands to src/test/resources/golden/*.safetensors, for GoldenTest.

A case has operands x0 ..., outputs y0 ..., gradients of the outputs c0 ..., and gradients dx0 ... of the float operands.
Everything is computed in double precision and written in single. Run it with PyTorch 2.13 and safetensors:

    python src/test/python/golden_ops.py
"""
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

OUT = Path(__file__).parent.parent / "resources" / "golden"


class Group:
    def __init__(self, name):
        self.name = name
        self.tensors = {}
        self.random = torch.Generator().manual_seed(sum(name.encode()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        OUT.mkdir(parents=True, exist_ok=True)
        save_file(self.tensors, OUT / f"{self.name}.safetensors")

    def normal(self, *shape):
        return torch.randn(shape, generator=self.random)

    def positive(self, *shape):
        return torch.rand(shape, generator=self.random) * 1.5 + 0.5

    def index(self, bound, *shape):
        return torch.randint(bound, shape, generator=self.random, dtype=torch.int32)

    def case(self, name, function, *operands):
        x = [o.double().requires_grad_() if o.is_floating_point() else o.long() for o in operands]
        y = function(*x)
        y = y if isinstance(y, tuple) else (y,)
        c = {i: self.normal(*t.shape) for i, t in enumerate(y) if t.is_floating_point()}
        for i, o in enumerate(operands):
            self.put(name, "x", i, o)
        for i, t in enumerate(y):
            self.put(name, "y", i, t)
        variables = [t for t in x if t.requires_grad]
        wanted = [y[i] for i in c if y[i].requires_grad]
        if wanted:
            grads = torch.autograd.grad(wanted, variables, [c[i].double() for i in c if y[i].requires_grad])
            for i in c:
                self.put(name, "c", i, c[i])
            for i, g in enumerate(grads):
                self.put(name, "dx", i, g)

    def put(self, case, kind, i, tensor):
        dtype = torch.float32 if tensor.is_floating_point() else torch.int32
        self.tensors[f"{case}/{kind}{i}"] = tensor.detach().to(dtype).contiguous().clone()


def elementwise():
    with Group("elementwise") as g:
        for f in [torch.neg, torch.abs, torch.sign, torch.floor, torch.exp, torch.sin, torch.cos, torch.tanh, torch.erf,
                  torch.sigmoid]:
            g.case(f.__name__, f, g.normal(7, 13))
        for f in [torch.log, torch.sqrt, torch.rsqrt, torch.reciprocal]:
            g.case(f.__name__, f, g.positive(7, 13))
        for f in [torch.add, torch.sub, torch.mul, torch.maximum, torch.minimum]:
            g.case(f.__name__, f, g.normal(7, 1, 13), g.normal(8, 1))
        for f in [torch.div, torch.pow]:
            g.case(f.__name__, f, g.positive(7, 13), g.positive(13))
        g.case("maximum_ties", torch.maximum, g.index(3, 40).float(), g.index(3, 40).float())
        g.case("square", lambda x: x ** 2, g.normal(17))
        g.case("where", lambda c, a, b: torch.where(c != 0, a, b), g.index(2, 7, 13), g.normal(7, 13), g.normal(13))


def reductions():
    with Group("reductions") as g:
        g.case("sum", lambda x: x.sum((0, 2)), g.normal(7, 8, 13))
        g.case("mean", lambda x: x.mean(-1, keepdim=True), g.normal(7, 64))
        g.case("amax", lambda x: x.amax(1), g.normal(7, 17))
        g.case("amax_ties", lambda x: x.amax(-1), g.index(3, 7, 8).float())
        g.case("cumsum", lambda x: x.cumsum(1), g.normal(3, 17, 5))
        g.case("topk", lambda x: (x.topk(5).values, x.topk(5).indices), g.normal(8, 33))
        g.case("argmax", lambda x: x.argmax(0), g.normal(8, 33))
        g.case("standard_deviation", lambda x: x.std(-1, unbiased=False), g.normal(7, 64))


def movement():
    with Group("movement") as g:
        g.case("unfold", lambda x: x.unfold(1, 5, 2), g.normal(3, 17))
        g.case("fold", lambda x: F.fold(x, (7, 9), (3, 2), stride=2), g.normal(2, 18, 12))
        g.case("flip", lambda x: x.flip(0, 2), g.normal(3, 5, 7))
        g.case("pad", lambda x: F.pad(x, (1, 2, 0, 3), value=0.5), g.normal(3, 4, 5))
        g.case("slice", lambda x: x[1:6:2, :, 3:], g.normal(7, 2, 8))
        g.case("concat", lambda a, b: torch.cat((a, b.transpose(0, 1)), 1), g.normal(5, 3), g.normal(7, 5))
        g.case("embedding", lambda w, i: F.embedding(i, w), g.normal(17, 8), g.index(17, 3, 7))
        g.case("index_select", lambda x, i: x.index_select(1, i), g.normal(3, 7, 5), g.index(7, 9))
        g.case("gather", lambda x, i: x.gather(-1, i), g.normal(5, 17), g.index(17, 5, 4))
        g.case("scatter_add", lambda x, i: torch.zeros(7, 5).double().index_add(0, i, x), g.normal(33, 5), g.index(7, 33))


def products():
    with Group("products") as g:
        g.case("plain", torch.matmul, g.normal(13, 17), g.normal(17, 7))
        g.case("many_rows", torch.matmul, g.normal(3, 5, 17), g.normal(17, 8))
        g.case("broadcast", torch.matmul, g.normal(2, 1, 7, 13), g.normal(3, 13, 5))
        g.case("transposed", lambda a, b: a.mT @ b.mT, g.normal(2, 13, 7), g.normal(2, 5, 13))
        g.case("linear", F.linear, g.normal(4, 9, 16), g.normal(33, 16), g.normal(33))


def convolutions():
    with Group("convolutions") as g:
        g.case("conv1d", lambda x, w: F.conv1d(x, w, padding=3), g.normal(2, 5, 33), g.normal(8, 5, 7))
        g.case("conv1d_depthwise", lambda x, w: F.conv1d(x, w, padding=3, groups=8), g.normal(2, 8, 17), g.normal(8, 1, 7))
        g.case("conv1d_all", lambda x, w: F.conv1d(x, w, stride=2, padding=2, dilation=3, groups=2),
               g.normal(2, 6, 33), g.normal(4, 3, 3))
        g.case("conv2d", lambda x, w: F.conv2d(x, w, padding=1), g.normal(2, 3, 8, 9), g.normal(7, 3, 3, 3))
        g.case("conv2d_1x1", F.conv2d, g.normal(2, 9, 5, 6), g.normal(4, 9, 1, 1))
        g.case("conv2d_patches", lambda x, w: F.conv2d(x, w, stride=4), g.normal(1, 3, 16, 12), g.normal(10, 3, 4, 4))
        g.case("conv2d_all", lambda x, w: F.conv2d(x, w, stride=(1, 2), padding=(2, 1), dilation=(2, 1), groups=2),
               g.normal(1, 4, 9, 10), g.normal(6, 2, 3, 3))
        g.case("conv3d", lambda x, w: F.conv3d(x, w, stride=2, padding=1), g.normal(1, 2, 5, 6, 7), g.normal(3, 2, 3, 3, 3))
        g.case("transposed1d", lambda x, w: F.conv_transpose1d(x, w, stride=4, padding=2),
               g.normal(2, 5, 9), g.normal(5, 3, 8))
        g.case("transposed1d_all", lambda x, w: F.conv_transpose1d(
            x, w, stride=3, padding=1, output_padding=2, dilation=2, groups=2), g.normal(2, 4, 7), g.normal(4, 3, 3))
        g.case("transposed2d", lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1),
               g.normal(1, 4, 5, 6), g.normal(4, 3, 4, 4))
        g.case("transposed3d", lambda x, w: F.conv_transpose3d(x, w, stride=2, padding=1, output_padding=1),
               g.normal(1, 2, 3, 2, 4), g.normal(2, 3, 3, 3, 3))


def pools():
    with Group("pools") as g:
        g.case("max1d", lambda x: F.max_pool1d(x, 3, 2, 1), g.normal(2, 3, 17))
        g.case("max2d", lambda x: F.max_pool2d(x, 2), g.normal(2, 3, 8, 13))
        g.case("max2d_all", lambda x: F.max_pool2d(x, (2, 3), (1, 2), (1, 0), (2, 1)), g.normal(1, 2, 9, 13))
        g.case("average1d", lambda x: F.avg_pool1d(x, 4, 3, 1), g.normal(2, 3, 17))
        g.case("average2d", lambda x: F.avg_pool2d(x, 3, 1, 1), g.normal(1, 5, 7, 7))
        g.case("average3d", lambda x: F.avg_pool3d(x, 2), g.normal(1, 2, 4, 5, 6))


def softmaxes():
    def cross_entropy(x, t):
        return F.cross_entropy(x, t, reduction="none", ignore_index=-1), x.logsumexp(-1)

    with Group("softmaxes") as g:
        g.case("softmax", lambda x: x.softmax(-1), g.normal(7, 65))
        g.case("softmax_of_large", lambda x: x.softmax(-1), g.normal(7, 13) * 200)
        g.case("log_softmax", lambda x: x.log_softmax(-1), g.normal(2, 3, 65))
        g.case("cross_entropy", cross_entropy, g.normal(13, 65), g.index(65, 13))
        g.case("cross_entropy_ignoring", cross_entropy, g.normal(13, 5), g.index(6, 13) - 1)


def activations():
    with Group("activations") as g:
        g.case("gelu", F.gelu, g.normal(200) * 3)
        g.case("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), g.normal(200) * 3)
        g.case("silu", F.silu, g.normal(200) * 3)
        g.case("relu", F.relu, g.normal(200))


def norms():
    def batch_norm(x, w, b):
        axes = [i for i in range(x.dim()) if i != 1]
        y = F.batch_norm(x, None, None, w, b, training=True, eps=1e-5)
        return y, x.mean(axes), x.var(axes, unbiased=False)

    with Group("norms") as g:
        g.case("layer", lambda x, w, b: F.layer_norm(x, (65,), w, b, 1e-5), g.normal(3, 4, 65), g.normal(65), g.normal(65))
        g.case("rms", lambda x, w: F.rms_norm(x, (65,), w, 1e-6), g.normal(7, 65), g.normal(65))
        g.case("group", lambda x, w, b: F.group_norm(x, 4, w, b, 1e-5), g.normal(2, 8, 5, 7), g.normal(8), g.normal(8))
        g.case("instance", lambda x, w, b: F.group_norm(x, 8, w, b, 1e-6), g.normal(2, 8, 33), g.normal(8), g.normal(8))
        g.case("batch", batch_norm, g.normal(3, 5, 7, 6), g.normal(5), g.normal(5))


def attentions():
    def attention(causal, alibi=None):
        def f(q, k, v):
            q, k, v = (t.transpose(1, 2) for t in (q, k, v))                   # (B, H, T, D)
            t, s, groups = q.shape[2], k.shape[2], q.shape[1] // k.shape[1]
            scores = q @ k.repeat_interleave(groups, 1).mT / math.sqrt(q.shape[-1])
            at = torch.arange(t)[:, None] + s - t
            if alibi:
                scores = scores - torch.tensor(alibi).double()[:, None, None] * (at - torch.arange(s))
            mask = torch.zeros(t, s).double()
            if causal:
                mask = mask.masked_fill(torch.arange(s) > at, -math.inf)
            if alibi:
                y = (scores + mask).softmax(-1) @ v
            else:
                y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True)
            return y.transpose(1, 2), (scores + mask).logsumexp(-1).transpose(1, 2)
        return f

    with Group("attentions") as g:
        g.case("full", attention(False), g.normal(2, 9, 3, 8), g.normal(2, 13, 3, 8), g.normal(2, 13, 3, 5))
        g.case("causal", attention(True), g.normal(2, 17, 2, 8), g.normal(2, 17, 2, 8), g.normal(2, 17, 2, 8))
        g.case("causal_behind", attention(True), g.normal(1, 3, 2, 8), g.normal(1, 17, 2, 8), g.normal(1, 17, 2, 8))
        g.case("grouped", attention(True), g.normal(1, 9, 6, 4), g.normal(1, 9, 2, 4), g.normal(1, 9, 2, 4))
        g.case("alibi", attention(True, [0.5, 0.25]), g.normal(1, 9, 2, 4), g.normal(1, 9, 2, 4), g.normal(1, 9, 2, 4))


def optimisers():
    def adamw(p, *gradients):
        p = torch.nn.Parameter(p.detach().clone())
        optimiser = torch.optim.AdamW([p], lr=0.01, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1)
        for gradient in gradients:
            p.grad = gradient.detach()
            optimiser.step()
        state = optimiser.state[p]
        return p.detach(), state["exp_avg"], state["exp_avg_sq"]

    with Group("optimisers") as g:
        g.case("adamw", adamw, g.normal(5, 7), g.normal(5, 7), g.normal(5, 7) * 1e-3, g.normal(5, 7))


def spectra():
    def stft(x, window):
        y = torch.stft(x, 16, 4, window=window, center=True, pad_mode="reflect", return_complex=True)
        return y.real, y.imag

    def istft(real, imag, window):
        return torch.istft(torch.complex(real, imag), 16, 4, window=window, center=True)

    with Group("spectra") as g:
        window = torch.hann_window(16)
        g.case("stft", stft, g.normal(2, 65), window)
        g.case("istft", istft, g.normal(2, 9, 17), g.normal(2, 9, 17), window)
        g.case("there_and_back", lambda x, w, v: istft(*stft(x, w), v), g.normal(2, 64), window, g.positive(16))


for group in [elementwise, reductions, movement, products, convolutions, pools, softmaxes, activations, norms, attentions,
              optimisers, spectra]:
    group()
