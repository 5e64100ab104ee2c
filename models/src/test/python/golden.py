"""Writes what PyTorch and transformers compute, for the tests: python golden.py ../resources/dev/sirocco/models"""
import math, sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

out = Path(sys.argv[1])


def norm(x):
    return F.rms_norm(x, (x.size(-1),), eps=1e-6)


def modern_gpt():
    """Five steps of Muon and AdamW on zoo.Gpt's modern configuration, written plainly."""
    V, T, L, H, D, K, B = 13, 8, 2, 2, 16, 4, 3
    hd = D // H
    torch.manual_seed(1)
    w = {"wte.weight": torch.randn(V, D), "lm_head.weight": torch.randn(V, D) * 0.1}
    for i in range(L):
        w[f"h.{i}.attn.c_attn.weight"] = torch.randn(3 * D, D) * 0.2
        w[f"h.{i}.attn.c_proj.weight"] = torch.randn(D, D) * 0.2
        w[f"h.{i}.mlp.c_fc.weight"] = torch.randn(4 * D, D) * 0.2
        w[f"h.{i}.mlp.c_proj.weight"] = torch.randn(D, 4 * D) * 0.1
        w[f"h.{i}.conv_1.weight"] = torch.randn(K, D) * 0.1
        w[f"h.{i}.conv_2.weight"] = torch.randn(K, D) * 0.1
    golden = {"before." + k: v.clone() for k, v in w.items()}
    for p in w.values():
        p.requires_grad_()
    f = 10000 ** (-torch.arange(hd // 2).double() / (hd // 2))
    angle = torch.outer(torch.arange(T).double(), f)
    cos, sin = angle.cos().float()[:, None], angle.sin().float()[:, None]

    def rotary(x):
        a, b = x.chunk(2, -1)
        return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)

    def convolution(x, k):
        y = x * (1 + k[0])
        for j in range(1, K):
            y = y + F.pad(x[:, :-j], (0, 0, j, 0)) * k[j]
        return y

    def loss_of(idx, targets):
        x = norm(F.embedding(idx, w["wte.weight"]))
        for i in range(L):
            n = convolution(norm(x), w[f"h.{i}.conv_1.weight"])
            q, k, v = (n @ w[f"h.{i}.attn.c_attn.weight"].T).view(B, T, 3, H, hd).unbind(2)
            q, k = rotary(norm(q)), rotary(norm(k))
            y = F.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), is_causal=True)
            x = x + y.transpose(1, 2).reshape(B, T, D) @ w[f"h.{i}.attn.c_proj.weight"].T
            n = convolution(norm(x), w[f"h.{i}.conv_2.weight"])
            x = x + F.relu(n @ w[f"h.{i}.mlp.c_fc.weight"].T).square() @ w[f"h.{i}.mlp.c_proj.weight"].T
        z = norm(x) @ w["lm_head.weight"].T
        return F.cross_entropy(z.view(-1, V), targets.view(-1))

    hidden = [k for k in w if ".c_" in k]
    adam = torch.optim.AdamW([p for k, p in w.items() if k not in hidden], lr=0.006, betas=(0.9, 0.95), eps=1e-10,
                             weight_decay=0)
    velocity = {}
    losses = []
    for step in range(5):
        idx = torch.randint(V, (B, T))
        targets = torch.randint(V, (B, T))
        golden[f"tokens.{step}"] = idx.int()
        golden[f"targets.{step}"] = targets.int()
        loss = loss_of(idx, targets)
        losses.append(loss.item())
        for p in w.values():
            p.grad = None
        loss.backward()
        adam.step()
        momentum = 0.85 + (0.95 - 0.85) * min(1, step / 300)
        for name in hidden:
            parts = 3 if "c_attn" in name else 1
            for j in range(parts):
                rows = slice(j * D, (j + 1) * D) if parts == 3 else slice(None)
                g = w[name].grad[rows]
                v = velocity.setdefault((name, j), torch.zeros_like(g))
                v.lerp_(g, 1 - momentum)
                u = g.lerp(v, momentum)
                x = u / (u.norm() + 1e-7)
                x = x.T if g.size(0) > g.size(1) else x
                for _ in range(5):
                    a = x @ x.T
                    x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
                x = x.T if g.size(0) > g.size(1) else x
                scale = math.sqrt(max(1, g.size(0) / g.size(1)))
                w[name].data[rows] = w[name].data[rows] * (1 - 0.04 * 0.1) - 0.04 * scale * x
    golden["losses"] = torch.tensor(losses)
    golden |= {"after." + k: v.detach().clone() for k, v in w.items()}
    save_file(golden, out / "modern-gpt.safetensors")


def gpt2():
    """Logits of a small GPT-2 in Hugging Face's layout."""
    torch.manual_seed(2)
    config = GPT2Config(vocab_size=17, n_positions=12, n_embd=16, n_layer=2, n_head=4, initializer_range=0.3)
    model = GPT2LMHeadModel(config).eval()
    for p in model.parameters():
        p.data += 0.05 * torch.randn_like(p)
    idx = torch.randint(17, (2, 12))
    with torch.no_grad():
        logits = model(idx).logits
    weights = {k.removeprefix("transformer."): v.contiguous() for k, v in model.state_dict().items() if k != "lm_head.weight"}
    save_file(weights | {"golden.tokens": idx.int(), "golden.logits": logits.contiguous()}, out / "gpt2.safetensors")


def optimisers():
    """A few steps on (3, 5), with the gradient cos(parameter · step)."""
    torch.manual_seed(3)
    start = torch.randn(3, 5)
    golden = {"start": start.clone()}
    makers = {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
        "nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
        "adam": lambda p: torch.optim.Adam(p, lr=0.03, betas=(0.8, 0.95), weight_decay=0.1),
        "adamw": lambda p: torch.optim.AdamW(p, lr=0.03, betas=(0.8, 0.95), weight_decay=0.1),
    }
    for name, make in makers.items():
        p = start.clone().requires_grad_()
        optimiser = make([p])
        for step in range(1, 5):
            p.grad = torch.cos(p.detach() * step)
            optimiser.step()
        golden[name] = p.detach()
    save_file(golden, out / "optimisers.safetensors")


modern_gpt()
gpt2()
optimisers()
