"""Writes what librosa, and torchaudio by its definitions, compute of a sound, for the tests:

    python golden_features.py ../resources/dev/sirocco/audio

Needs librosa 0.11 and torch. The definitions are those of torchaudio 2.8: functional.melscale_fbanks,
functional.amplitude_to_DB, functional.create_dct, transforms.Spectrogram and transforms.MFCC. The loss of Parallel
WaveGAN is that of github.com/kan-bayashi/ParallelWaveGAN, losses/stft_loss.py.

Gradients are those of the mean of squares, or of the distance, by the samples.
"""
import math
import sys
from pathlib import Path

import librosa
import numpy as np
import torch
from safetensors.torch import save_file

rng = np.random.default_rng(1)
n = 1500
time = np.arange(n)
# A sound that swells, with some noise, and silence at its end.
sound = (np.sin(0.05 * time + 1e-4 * time ** 2) * time / n + 0.1 * rng.standard_normal(n)) * 0.5
sound[-250:] = 0
sound = sound.astype(np.float32)
other = (0.8 * sound + 0.02 * rng.standard_normal(n)).astype(np.float32)
golden = {"sound": torch.tensor(sound), "other": torch.tensor(other)}


# ---- torchaudio's definitions ---------------------------------------------------------------------------------------

def hertz_to_mel(f, scale):
    if scale == "htk":
        return 2595.0 * math.log10(1.0 + f / 700.0)
    return f * 3 / 200 if f < 1000 else 15 + math.log(f / 1000.0) / (math.log(6.4) / 27.0)


def mel_to_hertz(mels, scale):
    if scale == "htk":
        return 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    freqs = mels * 200 / 3
    return torch.where(mels >= 15, 1000.0 * torch.exp(math.log(6.4) / 27.0 * (mels - 15)), freqs)


def filters(rate, n_fft, n_mels, f_min, f_max, scale, norm):
    """(bins, n_mels)"""
    all_freqs = torch.linspace(0, rate // 2, n_fft // 2 + 1, dtype=torch.float64)
    m_pts = torch.linspace(hertz_to_mel(f_min, scale), hertz_to_mel(f_max, scale), n_mels + 2, dtype=torch.float64)
    f_pts = mel_to_hertz(m_pts, scale)
    f_diff = f_pts[1:] - f_pts[:-1]
    slopes = f_pts[None, :] - all_freqs[:, None]
    down = -slopes[:, :-2] / f_diff[:-1]
    up = slopes[:, 2:] / f_diff[1:]
    bank = torch.clamp(torch.minimum(down, up), min=0)
    if norm == "slaney":
        bank = bank * (2.0 / (f_pts[2:] - f_pts[:-2]))[None, :]
    return bank.float()


def mel_spectrogram(x, rate, n_fft, win, hop, n_mels, f_min, f_max, scale, norm, power, center=True):
    spec = torch.stft(x, n_fft, hop, win, torch.hann_window(win), center=center, pad_mode="reflect",
                      return_complex=True).abs()
    return filters(rate, n_fft, n_mels, f_min, f_max, scale, norm).T @ (spec if power == 1 else spec ** 2)


def decibels(x, top=80.0):
    db = 10 * torch.log10(torch.clamp(x, min=1e-10))
    return torch.maximum(db, db.max() - top)


def dct(x, n_mfcc):
    n_mels = x.shape[0]
    k = torch.arange(n_mfcc, dtype=torch.float64)[:, None]
    m = torch.cos(math.pi / n_mels * (torch.arange(n_mels, dtype=torch.float64) + 0.5) * k)
    m[0] *= 1 / math.sqrt(2)
    return (m * math.sqrt(2 / n_mels)).float() @ x


def stft_loss(x, y, n_fft, hop, win):
    """x is predicted, y the ground truth."""
    def magnitude(t):
        s = torch.stft(t, n_fft, hop, win, torch.hann_window(win), return_complex=True)
        return torch.sqrt(torch.clamp(s.real ** 2 + s.imag ** 2, min=1e-7)).T
    x, y = magnitude(x), magnitude(y)
    convergence = torch.norm(y - x, p="fro") / torch.norm(y, p="fro")
    return convergence, torch.nn.functional.l1_loss(torch.log(y), torch.log(x))


# ---- golden numbers -------------------------------------------------------------------------------------------------

def add(name, function):
    x = torch.tensor(sound, requires_grad=True)
    y = function(x)
    y.square().mean().backward()
    golden[name] = y.detach().contiguous()
    golden[name + ".gradient"] = x.grad
    return golden[name].numpy()


def check(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4 * np.abs(theirs).max())


for scale in "htk", "slaney":
    for norm in None, "slaney":
        bank = filters(16000, 256, 20, 60, 7600, scale, norm)
        check(bank.T.numpy(), librosa.filters.mel(sr=16000, n_fft=256, n_mels=20, fmin=60, fmax=7600,
                                                  htk=scale == "htk", norm=norm))
        golden[f"filters.{scale}.{'area' if norm else 'peak'}"] = bank

# The published Vocos: vocos/feature_extractors.py, MelSpectrogramFeatures, and safe_log.
add("vocos24k", lambda x: torch.log(torch.clip(
    mel_spectrogram(x, 24000, 1024, 1024, 256, 100, 0, 12000, "htk", None, 1), min=1e-7)))

padded = np.pad(sound, (1024 - 256) // 2, mode="reflect")
speech = add("speech16k", lambda x: torch.log(torch.clip(mel_spectrogram(
    torch.nn.functional.pad(x[None], (384, 384), mode="reflect")[0],
    16000, 1024, 1024, 256, 80, 0, 8000, "slaney", "slaney", 1, center=False), min=1e-5)))
check(speech, np.log(np.maximum(librosa.feature.melspectrogram(
    y=padded, sr=16000, n_fft=1024, hop_length=256, power=1, n_mels=80, center=False), 1e-5)))

# Powers, a window that is shorter than the frame, frames inside the sound.
power = add("power", lambda x: mel_spectrogram(
    x, 16000, 256, 200, 80, 20, 60, 7600, "slaney", "slaney", 2, center=False))
check(power, librosa.feature.melspectrogram(y=sound, sr=16000, n_fft=256, win_length=200, hop_length=80, n_mels=20,
                                            fmin=60, fmax=7600, center=False))

# librosa's MFCC: Slaney's scale and norm.
mfcc = add("mfcc.librosa", lambda x: dct(decibels(mel_spectrogram(
    x, 16000, 256, 256, 80, 20, 0, 8000, "slaney", "slaney", 2)), 13))
check(mfcc, librosa.feature.mfcc(y=sound, sr=16000, n_mfcc=13, n_fft=256, hop_length=80, n_mels=20, pad_mode="reflect"))

# torchaudio's: HTK's scale, no norm; and with log_mels.
add("mfcc.torchaudio", lambda x: dct(decibels(mel_spectrogram(
    x, 16000, 256, 256, 80, 20, 0, 8000, "htk", None, 2)), 13))
add("mfcc.log", lambda x: dct(torch.log(mel_spectrogram(
    x, 16000, 256, 256, 80, 20, 0, 8000, "htk", None, 2) + 1e-6), 13))

x = torch.tensor(other, requires_grad=True)
losses = [stft_loss(x, torch.tensor(sound), *r) for r in ((1024, 120, 600), (2048, 240, 1200), (512, 50, 240))]
convergence, magnitude = (sum(l) / 3 for l in zip(*losses))
(convergence + magnitude).backward()
golden |= {"distance.convergence": convergence.detach(), "distance.magnitude": magnitude.detach(),
           "distance.gradient": x.grad}

save_file(golden, Path(sys.argv[1]) / "features.safetensors")
