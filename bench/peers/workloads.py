"""The workloads of `./sirocco bench` in PyTorch: the same shapes, the same work, the same number of threads.

    python bench/peers/workloads.py [--device cuda] [--threads N] [--runs N] NAME...

prints one JSON line for each name: {"workload", "median_ms", "per_second", "unit", "peak_rss_mb"}.
Needs torch; nothing is downloaded, weights are random.
"""
import argparse
import itertools
import json
import resource
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, width, heads, bias):
        super().__init__()
        self.heads = heads
        self.c_attn = nn.Linear(width, 3 * width, bias=bias)
        self.c_proj = nn.Linear(width, width, bias=bias)

    def forward(self, x, cache=None):
        B, T, C = x.shape
        q, k, v = (t.view(B, T, self.heads, -1).transpose(1, 2) for t in self.c_attn(x).split(C, dim=2))
        if cache is not None:  # (keys, values, position), preallocated
            keys, values, position = cache
            keys[:, :, position:position + T] = k
            values[:, :, position:position + T] = v
            k, v = keys[:, :, :position + T], values[:, :, :position + T]
        y = F.scaled_dot_product_attention(q, k, v, is_causal=T > 1)
        return self.c_proj(y.transpose(1, 2).reshape(B, T, C))


class Block(nn.Module):
    def __init__(self, width, heads, bias, gelu):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width, bias=bias)
        self.attn = Attention(width, heads, bias)
        self.ln_2 = nn.LayerNorm(width, bias=bias)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width, bias=bias), nn.GELU(approximate=gelu),
                                 nn.Linear(4 * width, width, bias=bias))

    def forward(self, x, cache=None):
        x = x + self.attn(self.ln_1(x), cache)
        return x + self.mlp(self.ln_2(x))


class Gpt(nn.Module):
    """nanoGPT's model, as far as these workloads use it: no dropout, tied embeddings."""

    def __init__(self, vocabulary, context, layers, heads, width, bias=False, gelu="none"):
        super().__init__()
        self.wte = nn.Embedding(vocabulary, width)
        self.wpe = nn.Embedding(context, width)
        self.h = nn.ModuleList(Block(width, heads, bias, gelu) for _ in range(layers))
        self.ln_f = nn.LayerNorm(width, bias=bias)
        self.heads, self.width = heads, width

    def forward(self, tokens, caches=None, position=0):
        x = self.wte(tokens) + self.wpe(torch.arange(position, position + tokens.shape[1]))
        for i, block in enumerate(self.h):
            x = block(x, None if caches is None else (*caches[i], position))
        if caches is not None:
            x = x[:, -1:]
        return F.linear(self.ln_f(x), self.wte.weight)

    def caches(self, batch, capacity):
        shape = batch, self.heads, capacity, self.width // self.heads
        return [(torch.zeros(shape), torch.zeros(shape)) for _ in self.h]


def gemm_1024():
    a, b, c = torch.randn(1024, 1024), torch.randn(1024, 1024), torch.empty(1024, 1024)
    return lambda: torch.mm(a, b, out=c), 2 * 1024 ** 3 / 1e9, "GFLOP"


def elementwise():
    n = 1 << 22
    a, b, c = torch.randn(n), torch.randn(n), torch.randn(n)
    return lambda: F.gelu(a * b + c) * torch.sigmoid(c) + a, n / 1e6, "Melement"


def gpt_train(layers, heads, width, context, batch):
    model = Gpt(65, context, layers, heads, width)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.1)
    # One batch for ever would be learned by heart, and vanishing gradients are slow to compute with.
    batches = itertools.cycle(torch.randint(65, (61, batch, context + 1)))

    def step():
        tokens = next(batches)
        logits = model(tokens[:, :-1])
        loss = F.cross_entropy(logits.reshape(-1, 65), tokens[:, 1:].reshape(-1))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()

    return step, batch * context, "token"


def gpt2():
    return Gpt(50257, 1024, 12, 12, 768, bias=True, gelu="tanh").eval()


def gpt2_prefill():
    model, tokens = gpt2(), torch.randint(50257, (1, 128))
    caches = model.caches(1, 256)

    @torch.inference_mode()
    def run():
        model(tokens, caches)

    return run, 128, "token"


def gpt2_decode():
    model = gpt2()
    caches = model.caches(1, 256)
    token = torch.randint(50257, (1, 1))

    @torch.inference_mode()
    def run():
        for position in range(128, 136):
            model(token, caches, position).argmax()

    return run, 8, "token"


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = None
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.shortcut is None else self.shortcut(x)))


class ResNet18(nn.Module):
    """For pictures of 32x32: a 3x3 stem and no pooling in front."""

    def __init__(self, classes=10):
        super().__init__()
        blocks, inputs = [], 64
        for outputs, stride in (64, 1), (128, 2), (256, 2), (512, 2):
            blocks += [BasicBlock(inputs, outputs, stride), BasicBlock(outputs, outputs, 1)]
            inputs = outputs
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU())
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        return self.fc(self.blocks(self.stem(x)).mean((2, 3)))


def conv_train():
    model = ResNet18().train()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    pictures, classes = torch.randn(32, 3, 32, 32), torch.randint(10, (32,))

    def step():
        optimiser.zero_grad(set_to_none=True)
        F.cross_entropy(model(pictures), classes).backward()
        optimiser.step()

    return step, 32, "picture"


WORKLOADS = {
    "gemm-1024": gemm_1024,
    "elementwise": elementwise,
    "gpt-train-cpu": lambda: gpt_train(4, 4, 128, 64, 12),
    "gpt-train-gpu": lambda: gpt_train(6, 6, 384, 256, 16),
    "gpt2-prefill": gpt2_prefill,
    "gpt2-decode": gpt2_decode,
    "conv-train": conv_train,
}


def measure(name, runs, device):
    work, amount, unit = WORKLOADS[name]()

    def run():
        work()
        if device == "cuda":
            torch.cuda.synchronize()

    begin = time.perf_counter()
    warm_up = 0
    while warm_up < 3 or time.perf_counter() - begin < 3:
        run()
        warm_up += 1
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    median = statistics.median(times)
    print(json.dumps({"workload": name, "median_ms": round(median, 3), "per_second": round(amount / median * 1e3, 2),
                      "unit": unit, "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}),
          flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", choices=WORKLOADS)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    torch.set_default_device(options.device)
    for name in options.names:
        measure(name, options.runs, options.device)
