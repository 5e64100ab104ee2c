"""The layout of the golden files of networks, for the scripts that write them.

A file has the weights under their published names, and beside them golden.input.*, golden.output.* and
golden.gradient.*, by name of the input or the parameter, the gradients being those of the sum, over the outputs, of the
mean of squares. It goes into the folder that the script's first argument names.
"""
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

out = Path(sys.argv[1])


def randomise(model, scale=0.15):
    """Zeros, ones and tiny numbers hide mistakes."""
    for p in model.parameters():
        if p.requires_grad:
            p.data += scale * torch.randn_like(p)
    return model.eval()


def save(file, weights, inputs, outputs, gradients):
    """The gradients: tensors by name; none for a network that is too large for its gradients to be looked at."""
    if gradients:
        sum(o.square().mean() for o in outputs.values()).backward()
    golden = {f"golden.input.{k}": v.int() if v.dtype == torch.int64 else v for k, v in inputs.items()}
    golden |= {f"golden.output.{k}": v for k, v in outputs.items()}
    golden |= {f"golden.gradient.{k}": v.grad for k, v in gradients.items()}
    save_file({k: v.detach().clone().contiguous() for k, v in (weights | golden).items()}, out / f"{file}.safetensors")
