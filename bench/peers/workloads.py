"""The workloads of `./sirocco bench` in PyTorch: the same shapes, the same work, the same number of threads.

    python bench/peers/workloads.py [--device cuda] [--threads N] [--runs N] NAME...

prints one JSON line for each name: {"workload", "median_ms", "per_second", "unit", "peak_rss_mb"}.
Needs torch, transformers for vit-b16, and safetensors for gpt2-start; nothing is downloaded, weights are random.
"""
import argparse
import atexit
import itertools
import json
import math
import os
import resource
import statistics
import tempfile
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


def gpt2_start():
    from safetensors.torch import load_file, save_file

    with tempfile.NamedTemporaryFile(suffix=".safetensors", delete=False) as file:
        atexit.register(os.remove, file.name)
    save_file(gpt2().state_dict(), file.name)
    token = torch.ones((1, 1), dtype=torch.int64)

    @torch.inference_mode()
    def run():
        with torch.device("meta"):
            model = gpt2()
        model.load_state_dict(load_file(file.name, device=str(token.device)), assign=True)
        model(token, model.caches(1, 256)).argmax()

    return run, 1, "start"


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


def inference(model, *inputs, amount, unit):
    model.eval()

    @torch.inference_mode()
    def run():
        model(*inputs)

    return run, amount, unit


def vit_b16():
    from transformers import ViTConfig, ViTForImageClassification
    return inference(ViTForImageClassification(ViTConfig(num_labels=1000)), torch.randn(8, 3, 224, 224), amount=8,
                     unit="picture")


def waves(times, width):
    """Cosines and sines of times at a geometric row of frequencies."""
    frequencies = torch.exp(-math.log(10000) * torch.arange(width // 2) / (width // 2))
    angles = times[:, None] * frequencies
    return torch.cat((angles.cos(), angles.sin()), -1)


class DitBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.attn = Attention(width, heads, bias=True)
        self.norm2 = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width))
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        self.heads = heads

    def attend(self, x):
        B, T, C = x.shape
        q, k, v = self.attn.c_attn(x).view(B, T, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        return self.attn.c_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(B, T, C))

    def forward(self, x, condition):
        shift1, scale1, gate1, shift2, scale2, gate2 = self.modulation(condition)[:, None].chunk(6, -1)
        x = x + gate1 * self.attend(self.norm1(x) * (1 + scale1) + shift1)
        return x + gate2 * self.mlp(self.norm2(x) * (1 + scale2) + shift2)


class Dit(nn.Module):
    """DiT-S/2, or another, for 32x32 latents of 4 channels."""

    def __init__(self, width=384, layers=12, heads=6):
        super().__init__()
        self.patches = nn.Conv2d(4, width, 2, 2)
        self.positions = nn.Parameter(torch.randn(1, 256, width))
        self.time = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))
        self.classes = nn.Embedding(1001, width)
        self.blocks = nn.ModuleList(DitBlock(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))
        self.last = nn.Linear(width, 16)

    def forward(self, x, times, classes):
        condition = self.time(waves(times, 256)) + self.classes(classes)
        x = self.patches(x).flatten(2).transpose(1, 2) + self.positions
        for block in self.blocks:
            x = block(x, condition)
        shift, scale = self.modulation(condition)[:, None].chunk(2, -1)
        x = self.last(self.norm(x) * (1 + scale) + shift)
        return x.view(-1, 16, 16, 2, 2, 4).permute(0, 5, 1, 3, 2, 4).reshape(-1, 4, 32, 32)


def dit_step(**sizes):
    model = Dit(**sizes).eval()
    x, times, classes = torch.randn(1, 4, 32, 32), torch.tensor([500.0, 500.0]), torch.tensor([207, 1000])

    @torch.inference_mode()
    def run():
        given, free = model(torch.cat((x, x)), times, classes).chunk(2)
        return x - (free + 4 * (given - free)) / 20

    return run, 1, "step"


class Residual(nn.Module):
    def __init__(self, inputs, outputs, time_width=0):
        super().__init__()
        self.norm1 = nn.GroupNorm(32, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time = nn.Linear(time_width, outputs) if time_width else None
        self.norm2 = nn.GroupNorm(32, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x, time=None):
        y = self.conv1(F.silu(self.norm1(x)))
        if self.time is not None:
            y = y + self.time(F.silu(time))[:, :, None, None]
        return self.shortcut(x) + self.conv2(F.silu(self.norm2(y)))


class SpatialAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(32, channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)

    def forward(self, x):
        q, k, v = self.qkv(self.norm(x).flatten(2).transpose(1, 2))[:, None].chunk(3, -1)
        y = self.out(F.scaled_dot_product_attention(q, k, v)[:, 0])
        return x + y.transpose(1, 2).reshape(x.shape)


class Upsample(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0))


class Unet(nn.Module):
    """DDPM's for CIFAR-10."""

    def __init__(self, widths=(128, 256, 256, 256), blocks=2, attention=(1,)):
        super().__init__()
        time_width = 4 * widths[0]
        self.first = nn.Conv2d(3, widths[0], 3, padding=1)
        self.time = nn.Sequential(nn.Linear(widths[0], time_width), nn.SiLU(), nn.Linear(time_width, time_width))

        def block(inputs, outputs, level):
            return nn.ModuleList([Residual(inputs, outputs, time_width),
                                  SpatialAttention(outputs) if level in attention else nn.Identity()])

        remembered, n = [widths[0]], widths[0]
        self.downs, self.ups = nn.ModuleList(), nn.ModuleList()
        for level, width in enumerate(widths):
            down = nn.ModuleList()
            for _ in range(blocks):
                down.append(block(n, width, level))
                n = width
                remembered.append(n)
            if level < len(widths) - 1:
                down.append(nn.Conv2d(n, n, 3, 2, 1))
                remembered.append(n)
            self.downs.append(down)
        self.middle = nn.ModuleList([Residual(n, n, time_width), SpatialAttention(n), Residual(n, n, time_width)])
        for level in reversed(range(len(widths))):
            up = nn.ModuleList()
            for _ in range(blocks + 1):
                up.append(block(n + remembered.pop(), widths[level], level))
                n = widths[level]
            if level > 0:
                up.append(Upsample(n))
            self.ups.append(up)
        self.norm = nn.GroupNorm(32, n)
        self.last = nn.Conv2d(n, 3, 3, padding=1)

    def forward(self, x, times):
        time = self.time(waves(times, self.first.out_channels))
        x = self.first(x)
        remembered = [x]
        for down in self.downs:
            for part in down:
                x = part[1](part[0](x, time)) if isinstance(part, nn.ModuleList) else part(x)
                remembered.append(x)
        first, attention, second = self.middle
        x = second(attention(first(x, time)), time)
        for up in self.ups:
            for part in up:
                if isinstance(part, nn.ModuleList):
                    x = part[1](part[0](torch.cat((x, remembered.pop()), 1), time))
                else:
                    x = part(x)
        return self.last(F.silu(self.norm(x)))


def unet_step():
    return inference(Unet(), torch.randn(8, 3, 32, 32), torch.full((8,), 500.0), amount=8, unit="picture")


def decoder(widths=(512, 512, 256, 128)):
    """Stable Diffusion's, from latents of 4 channels."""
    n = widths[0]
    parts = [nn.Conv2d(4, 4, 1), nn.Conv2d(4, n, 3, padding=1), Residual(n, n), SpatialAttention(n), Residual(n, n)]
    for level, width in enumerate(widths):
        for _ in range(3):
            parts.append(Residual(n, width))
            n = width
        if level < len(widths) - 1:
            parts.append(Upsample(n))
    return nn.Sequential(*parts, nn.GroupNorm(32, n), nn.SiLU(), nn.Conv2d(n, 3, 3, padding=1))


def vae_decode(size):
    return inference(decoder(), torch.randn(1, 4, size // 8, size // 8), amount=1, unit="picture")


class VocosBlock(nn.Module):
    def __init__(self, width, hidden, layers):
        super().__init__()
        self.depthwise = nn.Conv1d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.gamma = nn.Parameter(torch.full((width,), 1 / layers))

    def forward(self, x):
        y = self.norm(self.depthwise(x).transpose(1, 2))
        return x + (self.gamma * self.down(F.gelu(self.up(y)))).transpose(1, 2)


class Vocos(nn.Module):
    def __init__(self, mels=100, width=512, hidden=1536, layers=8, n_fft=1024, hop=256):
        super().__init__()
        self.n_fft, self.hop = n_fft, hop
        self.embed = nn.Conv1d(mels, width, 7, padding=3)
        self.norm, self.last_norm = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.blocks = nn.Sequential(*(VocosBlock(width, hidden, layers) for _ in range(layers)))
        self.head = nn.Linear(width, n_fft + 2)
        self.register_buffer("window", torch.hann_window(n_fft))

    def forward(self, mel):
        x = self.blocks(self.norm(self.embed(mel).transpose(1, 2)).transpose(1, 2))
        magnitude, phase = self.head(self.last_norm(x.transpose(1, 2))).transpose(1, 2).chunk(2, 1)
        magnitude = magnitude.exp().clamp(max=100)
        return torch.istft(torch.complex(magnitude * phase.cos(), magnitude * phase.sin()), self.n_fft, self.hop,
                           window=self.window)


def vocos_24k():
    return inference(Vocos(), torch.randn(1, 100, 470), amount=5, unit="second")


WORKLOADS = {
    "gemm-1024": gemm_1024,
    "elementwise": elementwise,
    "gpt-train-cpu": lambda: gpt_train(4, 4, 128, 64, 12),
    "gpt-train-gpu": lambda: gpt_train(6, 6, 384, 256, 16),
    "gpt2-prefill": gpt2_prefill,
    "gpt2-decode": gpt2_decode,
    "gpt2-start": gpt2_start,
    "conv-train": conv_train,
    "vit-b16": vit_b16,
    "dit-step": dit_step,
    "dit-xl2-step": lambda: dit_step(width=1152, layers=28, heads=16),
    "unet-step": unet_step,
    "vae-decode": lambda: vae_decode(256),
    "vae-decode-512": lambda: vae_decode(512),
    "vocos-24k": vocos_24k,
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
