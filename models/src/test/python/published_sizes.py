"""Writes networks of random weights in the sizes in which they are published, and smaller ones, and what they compute:

    python published_sizes.py FOLDER DIT TAESD VOCOS
    SIROCCO_PUBLISHED_SIZES=FOLDER ./sirocco test -pl models -am -Dtest=PublishedSizesTest -Dsurefire.failIfNoSpecifiedTests=false

DIT has models.py of github.com/facebookresearch/DiT, TAESD has taesd.py of github.com/madebyollin/taesd, VOCOS has the
package vocos of github.com/gemelo-ai/vocos. Needs transformers, diffusers, timm and scipy; writes some 4 GB in the layout of
golden_layout.py, without gradients.
"""
import sys
import tempfile
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from safetensors.torch import load_file
from torch import nn
from transformers import BertConfig, BertModel

sys.path += sys.argv[2:4]
from models import DiT
from taesd import Decoder, Encoder

from golden_layout import save
from vocos_code import ISTFTHead, VocosBackbone


def randomise(model):
    """Spreads the weights further than a fresh model's, as far as their number allows."""
    torch.manual_seed(1)
    for p in model.parameters():
        p.data += torch.randn_like(p) * (0.3 * (p.shape[0] / p.numel()) ** 0.5 if p.dim() > 1 else 0.1)
    return model.eval().requires_grad_(False)


def write(name, weights, inputs, outputs):
    save(name, weights, inputs, outputs, {})
    print(name, f"{sum(w.numel() for w in weights.values()):,} parameters", flush=True)


def dit(name, **sizes):
    model = randomise(DiT(**sizes))
    size, channels = sizes["input_size"], sizes["in_channels"]
    x, times, classes = torch.randn(2, channels, size, size), torch.tensor([3.0, 710.5]), torch.tensor([4, sizes["num_classes"]])
    write(name, model.state_dict(), {"x": x, "times": times, "classes": classes}, {"output": model(x, times, classes)})


def autoencoder_kl(name, pixels, **config):
    model = randomise(AutoencoderKL(down_block_types=["DownEncoderBlock2D"] * len(config["block_out_channels"]),
                                    up_block_types=["UpDecoderBlock2D"] * len(config["block_out_channels"]), **config))
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        weights = load_file(next(Path(folder).glob("*.safetensors")))
    factor = 2 ** (len(config["block_out_channels"]) - 1)
    pictures, latents = torch.rand(1, 3, pixels, pixels) * 2 - 1, torch.randn(1, config["latent_channels"], pixels // factor, pixels // factor)
    write(name, weights, {"pictures": pictures, "latents": latents},
          {"mean": model.encode(pictures).latent_dist.mean, "decoded": model.decode(latents).sample})


def taesd(name, latent, has_pool):
    encoder, decoder = randomise(Encoder(latent, has_pool)), randomise(Decoder(latent, has_pool))
    pictures, latents = torch.rand(1, 3, 64, 96), torch.randn(1, latent, 8, 12)
    write(name + "-encoder", encoder.state_dict(), {"pictures": pictures}, {"latents": encoder(pictures)})
    write(name + "-decoder", decoder.state_dict(), {"latents": latents}, {"pictures": decoder(latents)})


def vocos(name, frames, mels, dim, hidden, layers, n_fft, hop, padding):
    model = randomise(nn.ModuleDict({
        "backbone": VocosBackbone(input_channels=mels, dim=dim, intermediate_dim=hidden, num_layers=layers),
        "head": ISTFTHead(dim=dim, n_fft=n_fft, hop_length=hop, padding=padding)}))
    mel = torch.randn(1, mels, frames)
    write(name, model.state_dict(), {"mel": mel}, {"sound": model["head"](model["backbone"](mel))})


def bert(name, tokens, **config):
    model = randomise(BertModel(BertConfig(**config), add_pooling_layer=False))
    text = torch.randint(1, model.config.vocab_size, (2, tokens))  # 0 is padding
    write(name, {k: v for k, v in model.state_dict().items() if v.is_floating_point()}, {"text": text},
          {"hidden": model(text).last_hidden_state})


bert("bert-tiny", 9, vocab_size=50, hidden_size=36, intermediate_size=70, num_hidden_layers=3, num_attention_heads=3, max_position_embeddings=20)
bert("bert-mini-lm", 40, hidden_size=384, intermediate_size=1536, num_hidden_layers=6, num_attention_heads=12)
bert("bert-base", 40)
vocos("vocos-small", 31, 20, 32, 48, 3, 64, 16, "same")
vocos("vocos-16k", 50, 80, 256, 768, 6, 1024, 256, "center")
vocos("vocos-mel-24khz", 94, 100, 512, 1536, 8, 1024, 256, "center")
taesd("taesd", 4, False)
taesd("taef1", 16, False)
taesd("taef2", 32, True)
autoencoder_kl("vae-small", 32, block_out_channels=[32, 64], latent_channels=3, layers_per_block=1, norm_num_groups=8)
autoencoder_kl("vae-16-channels", 64, block_out_channels=[32, 64, 64], latent_channels=16, layers_per_block=2,
               use_quant_conv=False, use_post_quant_conv=False)
autoencoder_kl("vae-stable-diffusion", 128, block_out_channels=[128, 256, 512, 512], latent_channels=4, layers_per_block=2)
dit("dit-small", input_size=8, patch_size=2, in_channels=3, hidden_size=48, depth=3, num_heads=3, num_classes=7)
dit("dit-s4", input_size=32, patch_size=4, in_channels=4, hidden_size=384, depth=12, num_heads=6, num_classes=1000)
dit("dit-xl2", input_size=32, patch_size=2, in_channels=4, hidden_size=1152, depth=28, num_heads=16, num_classes=1000)
