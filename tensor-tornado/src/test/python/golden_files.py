"""Writes small tensor files with other people's libraries to src/test/resources/io/, and the values that are expected
from them as FILE.safetensors, for the tests of dev.sirocco.tensor.io.

Quantised blocks are random bytes. What they mean is worked out here element by element, and checked against gguf's own
dequantize. Run it with PyTorch 2.13, safetensors and gguf 0.19:

    python src/test/python/golden_files.py
"""
import struct
from collections import OrderedDict
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.torch import save_file

OUT = Path(__file__).parent.parent / "resources" / "io"


def expect(path, tensors):
    save_file({name: t.detach().float().contiguous().clone() for name, t in tensors.items()},
              path.with_name(path.name + ".safetensors"))


# ---- GGUF ----------------------------------------------------------------------------------------------------

def half(block, at):
    return np.float32(block[at:at + 2].view(np.float16)[0])


def q8_0(block, i):
    return half(block, 0) * np.float32(np.int8(block[2 + i]))


def q4_0(block, i):
    q = block[2 + i % 16] >> 4 if i >= 16 else block[2 + i % 16] & 15
    return half(block, 0) * np.float32(int(q) - 8)


def q4_k(block, i):
    s = [int(b) for b in block[4:16]]
    g = i // 32
    if g < 4:
        scale, minimum = s[g] & 63, s[4 + g] & 63
    else:
        scale, minimum = (s[4 + g] & 15) + 16 * (s[g - 4] >> 6), (s[4 + g] >> 4) + 16 * (s[g] >> 6)
    byte = int(block[16 + i // 64 * 32 + i % 32])
    q = byte % 16 if g % 2 == 0 else byte // 16
    return half(block, 0) * np.float32(scale) * np.float32(q) - half(block, 2) * np.float32(minimum)


def q6_k(block, i):
    h, r = divmod(i, 128)
    low = int(block[h * 64 + r % 64])
    low = low % 16 if r < 64 else low // 16
    high = int(block[128 + h * 32 + r % 32]) // 4 ** (r // 32) % 4
    return half(block, 208) * np.float32(np.int8(block[192 + i // 16])) * np.float32(low + 16 * high - 32)


def blocks(random, rows, columns, elements, size, halves):
    """Random bytes, but finite scales."""
    made = random.integers(0, 256, (rows, columns // elements, size), dtype=np.uint8)
    for at in halves:
        scale = random.normal(0, 0.1, made.shape[:2]).astype(np.float16)
        made[..., at:at + 2] = scale[..., None].view(np.uint8)
    return made


def unpack(made, elements, value):
    rows = [[value(block, i) for block in row for i in range(elements)] for row in made]
    return np.array(rows, dtype=np.float32)


def write_gguf():
    random = np.random.default_rng(1)
    writer = gguf.GGUFWriter(OUT / "all.gguf", "test")
    for name in ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]:
        bits = int(name.lstrip("uint"))
        getattr(writer, f"add_{name}")(f"a.{name}", 2 ** bits - 2 if name[0] == "u" else 1 - 2 ** (bits - 1))
    writer.add_float32("a.float32", 0.1)
    writer.add_float64("a.float64", 0.1)
    writer.add_bool("a.bool", True)
    writer.add_string("a.string", "Müsli ▁🥣")
    writer.add_array("a.ints", [1, -2, 3])
    writer.add_array("a.floats", [0.5, -1.5])
    writer.add_array("a.nested", [[1, 2], [3]])
    writer.add_token_list(["<unk>", "▁once", "ü"])
    writer.add_token_scores([0.0, -1.0, -2.5])
    writer.add_token_types([2, 1, 1])

    values = OrderedDict()
    f32 = random.normal(size=(3, 7)).astype(np.float32)
    writer.add_tensor("f32", f32)
    values["f32"] = f32
    writer.add_tensor("f16", f32.astype(np.float16))
    values["f16"] = f32.astype(np.float16)
    bf16 = torch.tensor(f32[0]).bfloat16()
    writer.add_tensor("bf16", bf16.view(torch.uint8).numpy(), raw_shape=(14,),
                      raw_dtype=gguf.GGMLQuantizationType.BF16)
    values["bf16"] = bf16.float().numpy()
    writer.add_tensor("i32", np.array([[[1]], [[-2]]], dtype=np.int32))
    values["i32"] = np.array([[[1]], [[-2]]])
    kinds = {"Q8_0": (q8_0, [0]), "Q4_0": (q4_0, [0]), "Q4_K": (q4_k, [0, 2]), "Q6_K": (q6_k, [208])}
    for name, (value, halves) in kinds.items():
        kind = gguf.GGMLQuantizationType[name]
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        made = blocks(random, 3, 2 * elements, elements, size, halves)
        values[name.lower()] = unpack(made, elements, value)
        assert np.array_equal(values[name.lower()], gguf.quants.dequantize(made.reshape(3, -1), kind)), name
        writer.add_tensor(name.lower(), made.reshape(3, -1), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    expect(OUT / "all.gguf", {name: torch.tensor(v) for name, v in values.items()})


# ---- PyTorch -------------------------------------------------------------------------------------------------

def write_pytorch():
    torch.manual_seed(2)
    model = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.BatchNorm1d(5))
    shared = torch.randn(4, 6)
    tensors = OrderedDict(model.state_dict())
    tensors["transposed"] = torch.randn(3, 4, 5).permute(2, 0, 1)
    tensors["columns"] = shared[1:, 1:4]
    tensors["row"] = shared[2]
    tensors["parameter"] = torch.nn.Parameter(torch.randn(2, 2))
    tensors["half"] = torch.randn(7).half()
    tensors["bfloat16"] = torch.randn(2, 3).bfloat16().T
    tensors["double"] = torch.randn(3).double()
    tensors["int"] = torch.tensor([1, -70000], dtype=torch.int32)
    tensors["short"] = torch.tensor([1, -300], dtype=torch.int16)
    tensors["char"] = torch.tensor([-128, 127], dtype=torch.int8)
    tensors["byte"] = torch.tensor([0, 255], dtype=torch.uint8)
    tensors["bool"] = torch.tensor([True, False])
    tensors["scalar"] = torch.tensor(2.5)
    tensors["empty"] = torch.zeros(0, 3)
    checkpoint = {"model": tensors, "epoch": 3, "steps": 2 ** 40, "negative": -(2 ** 33), "lr": 0.5, "note": "Müsli",
                  "flags": [True, None, (1, -2, "x", 70000)], "optimizer": {"state": {0: {"moment": torch.randn(2)}}}}
    torch.save(checkpoint, OUT / "zip.pth")
    torch.save(checkpoint, OUT / "legacy.pth", _use_new_zipfile_serialization=False)
    values = {f"model.{name}": t for name, t in tensors.items()}
    values["optimizer.state.0.moment"] = checkpoint["optimizer"]["state"][0]["moment"]
    expect(OUT / "pth", values)


# ---- llama2.c ------------------------------------------------------------------------------------------------

DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, VOCABULARY, LENGTH = 8, 12, 2, 4, 2, 16, 5
LAYER = {"attention.wq": (DIM, DIM), "attention.wk": (KV_HEADS * 2, DIM), "attention.wv": (KV_HEADS * 2, DIM),
         "attention.wo": (DIM, DIM), "feed_forward.w1": (HIDDEN, DIM), "feed_forward.w2": (DIM, HIDDEN),
         "feed_forward.w3": (HIDDEN, DIM)}


def llama(is_shared):
    tensors = {"tok_embeddings.weight": torch.randn(VOCABULARY, DIM), "norm.weight": torch.randn(DIM)}
    for i in range(LAYERS):
        tensors |= {f"layers.{i}.{name}.weight": torch.randn(shape) for name, shape in LAYER.items()}
        tensors |= {f"layers.{i}.{name}_norm.weight": torch.randn(DIM) for name in ["attention", "ffn"]}
    return tensors if is_shared else tensors | {"output.weight": torch.randn(VOCABULARY, DIM)}


def layers(name):
    return [f"layers.{i}.{name}.weight" for i in range(LAYERS)]


def header(vocabulary):
    return struct.pack("<7i", DIM, HIDDEN, LAYERS, HEADS, KV_HEADS, vocabulary, LENGTH)


def write_floats(file, tensors, names):
    for name in names:
        file.write(tensors[name].numpy().tobytes())


def write_llama_v0(path, is_shared):
    """As legacy_export of llama2.c's export.py: the sign of the vocabulary's size says whether the output is shared."""
    tensors = llama(is_shared)
    with open(path, "wb") as file:
        file.write(header(VOCABULARY if is_shared else -VOCABULARY))
        names = ["tok_embeddings.weight", *layers("attention_norm")]
        names += [n for kind in ["wq", "wk", "wv", "wo"] for n in layers(f"attention.{kind}")]
        names += layers("ffn_norm") + [n for kind in ["w1", "w2", "w3"] for n in layers(f"feed_forward.{kind}")]
        write_floats(file, tensors, names + ["norm.weight"])
        file.write(bytes(4 * LENGTH * DIM // HEADS))  # the cosines and sines of the rotary embedding, half of each
        write_floats(file, tensors, [] if is_shared else ["output.weight"])
    expect(path, tensors)


MATRICES = ["tok_embeddings.weight", *[n for kind in LAYER for n in layers(kind)]]
NORMS = [*layers("attention_norm"), *layers("ffn_norm"), "norm.weight"]


def write_llama_v1(path):
    tensors = llama(False)
    with open(path, "wb") as file:
        file.write((struct.pack("<Ii", 0x616b3432, 1) + header(VOCABULARY) + b"\0").ljust(256, b"\0"))
        write_floats(file, tensors, NORMS + MATRICES + ["output.weight"])
    expect(path, tensors)


def write_llama_v2(path, group):
    tensors = llama(True)
    with open(path, "wb") as file:
        file.write((struct.pack("<Ii", 0x616b3432, 2) + header(VOCABULARY) + b"\1"
                    + struct.pack("<i", group)).ljust(256, b"\0"))
        write_floats(file, tensors, NORMS)
        for name in MATRICES:
            q = torch.randint(-127, 128, (tensors[name].numel() // group, group), dtype=torch.int8)
            scale = torch.rand(len(q)) / 100
            file.write(q.numpy().tobytes() + scale.numpy().tobytes())
            tensors[name] = (q.float() * scale[:, None]).reshape(tensors[name].shape)
    expect(path, tensors)


def write_llama2c():
    torch.manual_seed(3)
    write_llama_v0(OUT / "llama-v0.bin", True)
    write_llama_v0(OUT / "llama-v0-output.bin", False)
    write_llama_v1(OUT / "llama-v1.bin")
    write_llama_v2(OUT / "llama-v2.bin", 4)


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    write_gguf()
    write_pytorch()
    write_llama2c()
