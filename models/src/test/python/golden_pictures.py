"""Writes what the published networks for pictures compute, for the tests:

    python golden_pictures.py ../resources/dev/sirocco/models FOLDER

FOLDER has models.py of github.com/facebookresearch/DiT. Needs transformers, diffusers and timm.

A tiny network with random weights each, in the layout of golden_layout.py.
"""
import sys, tempfile
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from diffusers import AutoencoderKL, UNet2DModel
from safetensors.torch import load_file
from transformers import (CLIPConfig, CLIPModel, ConvNextConfig, ConvNextForImageClassification, ViTConfig,
                          ViTForImageClassification)

sys.path.append(sys.argv[2])
from models import DiT, modulate

from golden_layout import randomise, save


def published(model):
    """The weights by the names under which the library saves them."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return load_file(next(Path(folder).glob("*.safetensors")))


def vit():
    torch.manual_seed(1)
    model = randomise(ViTForImageClassification(ViTConfig(
        image_size=12, patch_size=4, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=28,
        num_labels=5)))
    pictures = torch.randn(2, 3, 12, 12, requires_grad=True)
    hidden = model.vit(pictures).last_hidden_state
    save("vit", published(model), {"pictures": pictures},
         {"logits": model(pictures).logits, "hidden": hidden},
         {"pictures": pictures, "vit.embeddings.position_embeddings": model.vit.embeddings.position_embeddings,
          "vit.layernorm.weight": model.vit.layernorm.weight})


def autoencoder_kl():
    torch.manual_seed(2)
    model = randomise(AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        block_out_channels=(8, 12), layers_per_block=1, latent_channels=2, norm_num_groups=4))
    pictures = torch.randn(2, 3, 10, 6, requires_grad=True)
    latents = torch.randn(2, 2, 5, 3, requires_grad=True)
    posterior = model.encode(pictures).latent_dist
    save("autoencoder-kl", published(model), {"pictures": pictures, "latents": latents},
         {"mean": posterior.mean, "logVariance": posterior.logvar, "decoded": model.decode(latents).sample},
         {"pictures": pictures, "latents": latents,
          "encoder.down_blocks.0.downsamplers.0.conv.weight": model.encoder.down_blocks[0].downsamplers[0].conv.weight,
          "decoder.mid_block.attentions.0.to_q.weight": model.decoder.mid_block.attentions[0].to_q.weight,
          "decoder.up_blocks.0.upsamplers.0.conv.weight": model.decoder.up_blocks[0].upsamplers[0].conv.weight})


def dit_by_class():
    torch.manual_seed(3)
    model = randomise(DiT(input_size=6, patch_size=2, in_channels=3, hidden_size=16, depth=2, num_heads=2, num_classes=5))
    x, times, classes = torch.randn(2, 3, 6, 6, requires_grad=True), torch.tensor([3.0, 710.5]), torch.tensor([4, 5])
    save("dit", model.state_dict(), {"x": x, "times": times, "classes": classes}, {"output": model(x, times, classes)},
         {"x": x, "t_embedder.mlp.0.weight": model.t_embedder.mlp[0].weight,
          "blocks.1.adaLN_modulation.1.weight": model.blocks[1].adaLN_modulation[1].weight})


def dit_by_text():
    """The authors' code with PixArt-α's attention to words between a block's two parts."""
    torch.manual_seed(4)
    V, T, L, H, D, W, end = 11, 7, 2, 2, 16, 12, 1
    model = randomise(DiT(input_size=4, patch_size=1, in_channels=2, hidden_size=D, depth=L, num_heads=H, learn_sigma=False))
    w = {k: v for k, v in model.named_parameters() if not k.startswith("y_embedder")}

    def linear(name, n_in, n_out):
        w[name + ".weight"] = (torch.randn(n_out, n_in) * 0.3).requires_grad_()
        w[name + ".bias"] = (torch.randn(n_out) * 0.3).requires_grad_()

    def norm(name):
        w[name + ".weight"] = torch.randn(W).requires_grad_()
        w[name + ".bias"] = torch.randn(W).requires_grad_()

    w["text_model.embeddings.token_embedding.weight"] = torch.randn(V, W).requires_grad_()
    w["text_model.embeddings.position_embedding.weight"] = torch.randn(T, W).requires_grad_()
    for i in range(L):
        at = f"text_model.encoder.layers.{i}."
        norm(at + "layer_norm1")
        norm(at + "layer_norm2")
        for p in "q_proj", "k_proj", "v_proj", "out_proj":
            linear(at + "self_attn." + p, W, W)
        linear(at + "mlp.fc1", W, 4 * W)
        linear(at + "mlp.fc2", 4 * W, W)
        linear(f"blocks.{i}.cross_attn.q_linear", D, D)
        linear(f"blocks.{i}.cross_attn.kv_linear", W, 2 * D)
        linear(f"blocks.{i}.cross_attn.proj", D, D)
    norm("text_model.final_layer_norm")
    linear("text_projection", W, D)

    def apply(name, x):
        return F.linear(x, w[name + ".weight"], w[name + ".bias"])

    def normed(name, x):
        return F.layer_norm(x, (W,), w[name + ".weight"], w[name + ".bias"])

    def attend(q, k, v):
        q, k, v = (z.unflatten(-1, (H, -1)).transpose(1, 2) for z in (q, k, v))
        return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)

    x, times = torch.randn(3, 2, 4, 4, requires_grad=True), torch.tensor([0.25, 40.0, 999.0])
    captions = torch.tensor([[5, 6, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0], [9, 10, 2, 3, 4, 5, 1]])
    words = w["text_model.embeddings.token_embedding.weight"][captions] + w["text_model.embeddings.position_embedding.weight"]
    for i in range(L):
        at = f"text_model.encoder.layers.{i}."
        n = normed(at + "layer_norm1", words)
        words = words + apply(at + "self_attn.out_proj", attend(*(apply(at + f"self_attn.{p}_proj", n) for p in "qkv")))
        words = words + apply(at + "mlp.fc2", F.gelu(apply(at + "mlp.fc1", normed(at + "layer_norm2", words))))
    words = normed("text_model.final_layer_norm", words)
    pooled = words[torch.arange(3), (captions == end).int().argmax(1)]
    c = model.t_embedder(times) + apply("text_projection", pooled)
    h = model.x_embedder(x) + model.pos_embed
    for i, block in enumerate(model.blocks):
        shift1, scale1, gate1, shift2, scale2, gate2 = block.adaLN_modulation(c).chunk(6, dim=1)
        h = h + gate1.unsqueeze(1) * block.attn(modulate(block.norm1(h), shift1, scale1))
        at = f"blocks.{i}.cross_attn."
        h = h + apply(at + "proj", attend(apply(at + "q_linear", h), *apply(at + "kv_linear", words).chunk(2, -1)))
        h = h + gate2.unsqueeze(1) * block.mlp(modulate(block.norm2(h), shift2, scale2))
    output = model.unpatchify(model.final_layer(h, c))
    save("dit-text", w, {"x": x, "times": times, "captions": captions}, {"output": output},
         {"x": x, **{k: w[k] for k in ("text_model.embeddings.token_embedding.weight", "blocks.1.cross_attn.kv_linear.weight",
                                       "text_projection.weight")}})


def clip():
    torch.manual_seed(5)
    both = dict(num_hidden_layers=2, projection_dim=10)
    model = randomise(CLIPModel(CLIPConfig(
        projection_dim=10,
        vision_config=dict(image_size=8, patch_size=4, hidden_size=16, num_attention_heads=2, intermediate_size=20, **both),
        text_config=dict(vocab_size=13, max_position_embeddings=7, hidden_size=12, num_attention_heads=3,
                         intermediate_size=28, eos_token_id=12, bos_token_id=11, pad_token_id=0, **both))))
    pictures = torch.randn(3, 3, 8, 8, requires_grad=True)
    captions = torch.tensor([[11, 4, 5, 12, 0, 0, 0], [11, 12, 12, 12, 12, 12, 12], [11, 2, 3, 4, 5, 6, 12]])
    y = model(input_ids=captions, pixel_values=pictures, return_loss=True)
    save("clip", published(model), {"pictures": pictures, "captions": captions},
         {"ofPictures": y.image_embeds, "ofCaptions": y.text_embeds, "logits": y.logits_per_image, "loss": y.loss},
         {"pictures": pictures, "logit_scale": model.logit_scale,
          "text_model.embeddings.token_embedding.weight": model.text_model.embeddings.token_embedding.weight,
          "text_projection.weight": model.text_projection.weight})


def unet():
    torch.manual_seed(6)
    model = randomise(UNet2DModel(
        down_block_types=("DownBlock2D", "AttnDownBlock2D"), up_block_types=("AttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(8, 12), layers_per_block=1, attention_head_dim=4, norm_num_groups=4, num_class_embeds=5))
    x, times, classes = torch.randn(2, 3, 6, 4, requires_grad=True), torch.tensor([3.0, 710.5]), torch.tensor([4, 0])
    save("unet", published(model), {"x": x, "times": times, "classes": classes},
         {"output": model(x, times, classes).sample},
         {"x": x, "class_embedding.weight": model.class_embedding.weight,
          "time_embedding.linear_1.weight": model.time_embedding.linear_1.weight,
          "up_blocks.0.resnets.1.conv1.weight": model.up_blocks[0].resnets[1].conv1.weight})


def convnext():
    torch.manual_seed(7)
    model = randomise(ConvNextForImageClassification(ConvNextConfig(
        hidden_sizes=[8, 12], depths=[1, 2], num_stages=2, num_labels=5)))
    pictures = torch.randn(2, 3, 24, 16, requires_grad=True)
    save("convnext", published(model), {"pictures": pictures},
         {"logits": model(pictures).logits, "features": model.convnext(pictures).pooler_output},
         {"pictures": pictures,
          "convnext.encoder.stages.1.downsampling_layer.1.weight": model.convnext.encoder.stages[1].downsampling_layer[1].weight,
          "convnext.encoder.stages.0.layers.0.dwconv.weight": model.convnext.encoder.stages[0].layers[0].dwconv.weight})


class TaesdBlock(nn.Module):
    def __init__(self, width, pool):
        super().__init__()
        self.conv = nn.Sequential(*[m for i in range(3) for m in (nn.Conv2d(width, width, 3, padding=1), nn.ReLU())][:-1])
        self.pool = nn.Sequential(nn.Conv2d(width, 4 * width, 1, bias=False), nn.GroupNorm(4, 4 * width), nn.ReLU(),
                                  nn.Conv2d(4 * width, width, 1, bias=False)) if pool else None

    def forward(self, x):
        x = x if self.pool is None else x + self.pool(x)
        return (self.conv(x) + x).relu()


class Squash(nn.Module):
    def forward(self, x):
        return torch.tanh(x / 3) * 3


def taesd(width=6, latent=5):
    """As in github.com/madebyollin/taesd, narrower."""
    def conv(a, b, **kw):
        return nn.Conv2d(a, b, 3, padding=1, **kw)

    def blocks(pool):
        return [TaesdBlock(width, pool) for _ in range(3)]

    for pool in (False, True):
        torch.manual_seed(8)
        encoder, decoder = [conv(3, width), TaesdBlock(width, False)], [Squash(), conv(latent, width), nn.ReLU()]
        for i in range(3):
            encoder += [conv(width, width, stride=2, bias=False), *blocks(pool and i == 2)]
            decoder += [*blocks(pool and i == 0), nn.Upsample(scale_factor=2), conv(width, width, bias=False)]
        encoder = randomise(nn.Sequential(*encoder, conv(width, latent)))
        decoder = randomise(nn.Sequential(*decoder, TaesdBlock(width, False), conv(width, 3)))
        pictures, latents = torch.rand(2, 3, 16, 24, requires_grad=True), torch.randn(1, latent, 3, 2, requires_grad=True)
        name = "pooled" if pool else "plain"
        save(f"taesd-encoder-{name}", encoder.state_dict(), {"pictures": pictures}, {"latents": encoder(pictures)},
             {"pictures": pictures, "7.conv.2.weight": encoder[7].conv[2].weight})
        save(f"taesd-decoder-{name}", decoder.state_dict(), {"latents": latents}, {"pictures": decoder(latents)},
             {"latents": latents, "3.conv.4.bias": decoder[3].conv[4].bias})


vit()
autoencoder_kl()
dit_by_class()
dit_by_text()
clip()
unet()
convnext()
taesd()
