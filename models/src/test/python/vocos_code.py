"""The authors' code of Vocos: package vocos in the folder that the last argument names, without what it imports of others
for its MDCT heads, its features and the spectra of its discriminators.
"""
import sys
from types import ModuleType
from unittest.mock import MagicMock

import torch

for name in ("torchaudio", "torchaudio.functional", "torchaudio.functional.functional", "torchaudio.transforms",
             "einops", "encodec"):
    sys.modules.setdefault(name, MagicMock(spec=ModuleType))
    sys.modules[name]._hz_to_mel = sys.modules[name]._mel_to_hz = sys.modules[name].EncodecModel = None


def spectrogram(n_fft, hop_length, win_length, power):
    """torchaudio.transforms.Spectrogram with its defaults."""
    assert power is None and win_length == n_fft
    return lambda x: torch.stft(x, n_fft, hop_length, window=torch.hann_window(n_fft), return_complex=True)


def rearrange(x, pattern):
    assert pattern == "b f t c -> b c t f"
    return x.permute(0, 3, 2, 1)


sys.modules["torchaudio.transforms"].Spectrogram = spectrogram
sys.modules["einops"].rearrange = rearrange
sys.path.append(sys.argv[-1])

from vocos.discriminators import DiscriminatorP, DiscriminatorR
from vocos.heads import ISTFTHead
from vocos.models import VocosBackbone
