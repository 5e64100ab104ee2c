"""Writes what Silero's voice activity detector computes, for the tests:

    python golden_vad.py ../resources/dev/sirocco/models

Written after the graph in the published ONNX file; a tiny network with random weights, in the layout of
golden_layout.py.
"""
import torch
import torch.nn.functional as F
from torch import nn

from golden_layout import randomise, save

N_FFT, WIDTHS = 16, (6, 5, 5, 7)


class Vad(nn.Module):
    def __init__(self):
        super().__init__()
        self.stft_conv = nn.Conv1d(1, N_FFT + 2, N_FFT, stride=N_FFT // 2, bias=False)
        for i, (a, b, stride) in enumerate(zip((N_FFT // 2 + 1, *WIDTHS), WIDTHS, (1, 2, 2, 1))):
            setattr(self, f"conv{i + 1}", nn.Conv1d(a, b, 3, stride=stride, padding=1))
        self.lstm_cell = nn.LSTMCell(WIDTHS[-1], WIDTHS[-1])
        self.final_conv = nn.Conv1d(WIDTHS[-1], 1, 1)

    def forward(self, sound, hidden, cell):
        x = self.stft_conv(F.pad(sound, (0, N_FFT // 4), mode="reflect")[:, None])
        real, imaginary = x.chunk(2, 1)
        x = (real ** 2 + imaginary ** 2).sqrt()
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = conv(x).relu()
        hidden, cell = self.lstm_cell(x[..., 0], (hidden, cell))
        return {"probability": self.final_conv(hidden.relu()[..., None]).sigmoid().flatten(), "hidden": hidden, "cell": cell}


torch.manual_seed(1)
model = randomise(Vad(), 0.3)
inputs = {"sound": torch.randn(3, 2 * N_FFT + N_FFT // 4), "hidden": torch.randn(3, WIDTHS[-1]), "cell": torch.randn(3, WIDTHS[-1])}
for x in inputs.values():
    x.requires_grad_()
save("vad", model.state_dict(), inputs, model(**inputs),
     inputs | {n: model.get_parameter(n) for n in ("conv2.weight", "lstm_cell.weight_hh", "lstm_cell.bias_ih")})
