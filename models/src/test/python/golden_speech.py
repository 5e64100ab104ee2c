"""Writes what the published networks for speech compute, for the tests:

    python golden_speech.py ../resources/dev/sirocco/models FOLDER

FOLDER has the package vocos of github.com/gemelo-ai/vocos. Needs scipy; of torchaudio nothing is used.

A tiny network with random weights each, in the layout of golden_layout.py.
"""
import sys
from types import ModuleType
from unittest.mock import MagicMock

# vocos imports torchaudio for its MDCT heads alone.
for name in ("torchaudio", "torchaudio.functional", "torchaudio.functional.functional"):
    sys.modules.setdefault(name, MagicMock(spec=ModuleType))
    sys.modules[name]._hz_to_mel = sys.modules[name]._mel_to_hz = None
sys.path.append(sys.argv[2])

import torch
from vocos.heads import ISTFTHead
from vocos.models import VocosBackbone

from golden_layout import randomise, save


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
