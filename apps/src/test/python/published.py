"""Writes published models of random weights as Hugging Face's transformers saves them, and what they compute:

    python published.py FOLDER
    SIROCCO_PUBLISHED=FOLDER ./sirocco test -pl apps -am -Dtest=PublishedNetworksTest -Dsurefire.failIfNoSpecifiedTests=false

Each network in three configurations, the published full size among them; some 2 GB. Needs transformers and safetensors.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, ViTConfig, ViTForImageClassification

out = Path(sys.argv[1])


def randomise(model):
    """Spreads the weights further than a fresh model's, so that every part counts in what comes out."""
    torch.manual_seed(1)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * (0.6 / p.shape[-1] ** 0.5 if p.dim() > 1 else 0.1))
    return model.eval()


@torch.no_grad()
def save(name, model, key, value):
    folder = out / name
    randomise(model).save_pretrained(folder)
    answers = {key: value, "logits": model(value).logits}
    save_file({k: (v.int() if k == "tokens" else v).contiguous() for k, v in answers.items()}, folder / "expected.safetensors")
    if key == "tokens":
        # Byte by byte: what is compared are the networks.
        visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
        others = [b for b in range(256) if b not in visible]
        letters = {chr(b): b for b in visible} | {chr(256 + i): b for i, b in enumerate(others)}
        (folder / "tokenizer.json").write_text(json.dumps({
            "added_tokens": [], "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False},
            "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", "vocab": letters, "merges": []}}))
    print(name, f"{sum(p.numel() for p in model.parameters()):,} parameters", flush=True)


def vit(name, size, patch, layers, heads, width, hidden, classes):
    config = ViTConfig(image_size=size, patch_size=patch, num_hidden_layers=layers, num_attention_heads=heads,
                       hidden_size=width, intermediate_size=hidden, num_labels=classes)
    save(name, ViTForImageClassification(config), "pictures", torch.rand(2, 3, size, size) * 2 - 1)


def gpt2(name, length, **sizes):
    config = GPT2Config(**sizes)
    save(name, GPT2LMHeadModel(config), "tokens", torch.randint(config.vocab_size, (2, length)))


def llama(name, length, **sizes):
    config = LlamaConfig(**sizes)
    save(name, LlamaForCausalLM(config), "tokens", torch.randint(config.vocab_size, (2, length)))


vit("vit-tiny", 32, 8, 2, 2, 64, 128, 7)
vit("vit-narrow", 48, 16, 3, 3, 96, 200, 2)
vit("vit-base", 224, 16, 12, 12, 768, 3072, 1000)
gpt2("gpt2-tiny", 20, vocab_size=300, n_positions=64, n_embd=48, n_layer=2, n_head=3)
gpt2("gpt2-deep", 33, vocab_size=257, n_positions=40, n_embd=64, n_layer=8, n_head=2, n_inner=100)
gpt2("gpt2", 40)
llama("llama-tiny", 20, vocab_size=300, hidden_size=48, intermediate_size=100, num_hidden_layers=2,
      num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64)
llama("llama-tied", 33, vocab_size=256, hidden_size=64, intermediate_size=96, num_hidden_layers=5,
      num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=48, tie_word_embeddings=True)
llama("llama-135m", 40, vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30,
      num_attention_heads=9, num_key_value_heads=3, max_position_embeddings=2048, tie_word_embeddings=True,
      rope_parameters={"rope_type": "default", "rope_theta": 10000.0})
