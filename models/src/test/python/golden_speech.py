"""Writes what the published networks for speech compute, for the tests:

    python golden_speech.py ../resources/dev/sirocco/models FOLDER

FOLDER has the package vocos of github.com/gemelo-ai/vocos. Needs scipy; torchaudio and einops are not needed.

A tiny network with random weights each, in the layout of golden_layout.py.
"""
import torch
from torch.nn import Conv2d, ModuleList
from torch.nn.utils import weight_norm

from golden_layout import randomise, save
from vocos_code import DiscriminatorP, DiscriminatorR, ISTFTHead, VocosBackbone


def vocos(file, padding):
    torch.manual_seed(1)
    model = randomise(torch.nn.ModuleDict({
        "backbone": VocosBackbone(input_channels=5, dim=12, intermediate_dim=20, num_layers=2),
        "head": ISTFTHead(dim=12, n_fft=16, hop_length=4, padding=padding)}), 0.1)
    mel = torch.randn(2, 5, 9, requires_grad=True)
    hidden = model["backbone"](mel)
    save(file, model.state_dict(), {"mel": mel}, {"hidden": hidden, "sound": model["head"](hidden)},
         {"mel": mel, "backbone.convnext.1.gamma": model["backbone"].convnext[1].gamma,
          "backbone.convnext.0.dwconv.weight": model["backbone"].convnext[0].dwconv.weight,
          "head.out.weight": model["head"].out.weight})


vocos("vocos-centred", "center")
vocos("vocos-same", "same")


def discriminator_of_period(period, channels):
    """The published one with other channels."""
    model = DiscriminatorP(period)
    ins = (1, *channels[:-1])
    model.convs = ModuleList(weight_norm(Conv2d(i, o, old.kernel_size, old.stride, old.padding))
                             for old, i, o in zip(model.convs, ins, channels))
    model.conv_post = weight_norm(Conv2d(channels[-1], 1, (3, 1), 1, padding=(1, 0)))
    return model


def discriminators():
    torch.manual_seed(2)
    model = randomise(torch.nn.ModuleDict({
        "multiperioddisc": torch.nn.ModuleDict({"discriminators": ModuleList(
            discriminator_of_period(p, (3, 4, 2, 5, 3)) for p in (2, 3))}),
        "multiresddisc": torch.nn.ModuleDict({"discriminators": ModuleList(
            DiscriminatorR(n, channels=3) for n in (64, 32))})}), 0.05)
    sound = torch.randn(2, 157, requires_grad=True)
    outputs = {}
    all_of_them = [*model["multiperioddisc"]["discriminators"], *model["multiresddisc"]["discriminators"]]
    for i, discriminator in enumerate(all_of_them):
        score, features = discriminator(sound)
        # The score of a period's is flat; adding no embedding to it in place made it the last feature, too.
        outputs |= {f"{i}.{k}": f for k, f in enumerate(features)} | {f"{i}.score": score.reshape(features[-1].shape)}
    named = dict(model.named_parameters())
    shown = {n: named[n] for n in (
        "multiperioddisc.discriminators.1.convs.0.weight_v", "multiperioddisc.discriminators.1.convs.4.weight_g",
        "multiresddisc.discriminators.0.band_convs.3.1.weight_v", "multiresddisc.discriminators.1.conv_post.bias")}
    save("vocos-discriminators", model.state_dict(), {"sound": sound}, outputs, {"sound": sound} | shown)


discriminators()
