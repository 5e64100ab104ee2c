"""Writes what our acoustic model computes in PyTorch, for the tests:

    python golden_acoustic.py ../resources/dev/sirocco/models

A tiny network with random weights, in the layout of golden_layout.py.
"""
import torch
import torch.nn.functional as F
from torch import nn

from golden_layout import randomise, save

SYMBOLS, VOICES, MELS, TEXT, HEADS, WIDTH, LAYERS = 7, 2, 5, 12, 2, 8, 4


class Block(nn.Module):
    def __init__(self, width, dilation, modulated):
        super().__init__()
        self.dwconv = nn.Conv1d(width, width, 7, padding=3 * dilation, dilation=dilation, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6, elementwise_affine=not modulated)
        self.pwconv1 = nn.Linear(width, 4 * width)
        self.pwconv2 = nn.Linear(4 * width, width)
        if modulated:
            self.modulation = nn.Linear(width, 3 * width)
        else:
            self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x, condition=None):
        y = self.norm(self.dwconv(x.mT).mT)
        if condition is None:
            return x + self.gamma * self.pwconv2(F.gelu(self.pwconv1(y)))
        scale, shift, gate = self.modulation(condition).chunk(3, -1)
        return x + gate * self.pwconv2(F.gelu(self.pwconv1(y * (scale + 1) + shift)))


def rotate(x):  # (N, H, T, D)
    half = x.shape[-1] // 2
    angle = torch.arange(x.shape[-2])[:, None] * 10000 ** (-torch.arange(half) / half)
    a, b = x.chunk(2, -1)
    return torch.cat([a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()], -1)


class TextLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(TEXT, eps=1e-6)
        self.attn = nn.ModuleDict({"qkv": nn.Linear(TEXT, 3 * TEXT), "proj": nn.Linear(TEXT, TEXT)})
        self.norm2 = nn.LayerNorm(TEXT, eps=1e-6)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(TEXT, 4 * TEXT), "fc2": nn.Linear(4 * TEXT, TEXT)})

    def forward(self, x):
        q, k, v = (p.unflatten(-1, (HEADS, -1)).transpose(1, 2) for p in self.attn["qkv"](self.norm1(x)).chunk(3, -1))
        y = F.scaled_dot_product_attention(rotate(q), rotate(k), v)
        x = x + self.attn["proj"](y.transpose(1, 2).flatten(2))
        return x + self.mlp["fc2"](F.gelu(self.mlp["fc1"](self.norm2(x))))


class Acoustic(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.ModuleDict({
            "symbols": nn.Embedding(SYMBOLS, TEXT), "voices": nn.Embedding(VOICES, TEXT),
            "convnext": nn.ModuleList([Block(TEXT, 1, False) for _ in range(2)]),
            "layers": nn.ModuleList([TextLayer() for _ in range(2)]),
            "norm": nn.LayerNorm(TEXT, eps=1e-6), "means": nn.Linear(TEXT, MELS)})
        self.duration = nn.ModuleDict({
            "conv1": nn.Conv1d(TEXT, TEXT, 3, padding=1), "norm1": nn.LayerNorm(TEXT, eps=1e-6),
            "conv2": nn.Conv1d(TEXT, TEXT, 3, padding=1), "norm2": nn.LayerNorm(TEXT, eps=1e-6),
            "out": nn.Linear(TEXT, 1)})
        self.decoder = nn.ModuleDict({
            "time": nn.Sequential(nn.Linear(256, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH)),
            "voices": nn.Embedding(VOICES, WIDTH), "in": nn.Linear(2 * MELS + TEXT, WIDTH),
            "convnext": nn.ModuleList([Block(WIDTH, d, True) for d in (1, 2, 4, 1)]),
            "norm": nn.LayerNorm(WIDTH, eps=1e-6), "out": nn.Linear(WIDTH, MELS)})

    def forward(self, text, voice, x, times, path):
        e, u, d = self.encoder, self.duration, self.decoder
        h = e["symbols"](text) + e["voices"](voice)[:, None]
        for block in e["convnext"]:
            h = block(h)
        for layer in e["layers"]:
            h = layer(h)
        hidden = e["norm"](h)
        means = e["means"](hidden)
        y = u["norm1"](u["conv1"](hidden.mT).relu().mT)
        y = u["norm2"](u["conv2"](y.mT).relu().mT)
        spread = path @ torch.cat([means, hidden], -1)
        angle = times[:, None] * 10000 ** (-torch.arange(128) / 128)
        condition = F.silu(d["time"](torch.cat([angle.cos(), angle.sin()], -1)) + d["voices"](voice))[:, None]
        h = d["in"](torch.cat([x.mT, spread], -1))
        for block in d["convnext"]:
            h = block(h, condition)
        velocity = d["out"](d["norm"](h)).mT
        fit = -0.5 * ((x.mT[:, None] - means[:, :, None]) ** 2).sum(-1) + 0.5 * (x ** 2).sum(1)[:, None]
        return {"means": means, "durations": u["out"](y).squeeze(-1), "velocity": velocity, "fit": fit}


torch.manual_seed(1)
model = randomise(Acoustic())
text = torch.randint(0, SYMBOLS, (2, 6))
voice = torch.tensor([1, 0])
x = torch.randn(2, MELS, 11, requires_grad=True)
times = torch.tensor([130.0, 871.5])
path = torch.zeros(2, 11, 6)
for row, lengths in enumerate([(1, 3, 2, 2, 1, 2), (2, 1, 1, 4, 2, 1)]):
    frame = 0
    for symbol, length in enumerate(lengths):
        path[row, frame:frame + length, symbol] = 1
        frame += length
gradients = {name: model.get_parameter(name) for name in (
    "encoder.symbols.weight", "encoder.convnext.0.gamma", "encoder.layers.1.attn.qkv.weight", "encoder.means.weight",
    "duration.conv1.weight", "decoder.voices.weight", "decoder.convnext.2.dwconv.weight", "decoder.convnext.3.modulation.weight")}
save("acoustic", model.state_dict(), {"text": text, "voice": voice, "x": x, "times": times, "path": path},
     model(text, voice, x, times, path), {"x": x} | gradients)
