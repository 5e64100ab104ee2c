"""Silero's voice activity detector in its published ONNX file, beside ours:

    python silero.py silero_vad_16k_op15.onnx weights silero.safetensors
    ./sirocco speak detect test.wav --model silero.safetensors --csv ours.csv
    python silero.py silero_vad_16k_op15.onnx compare test.wav ours.csv

The first writes the ONNX file's weights under the names of the published safetensors (whose weights may be another
version's); the last prints the largest difference of the probabilities from onnxruntime's.
"""
import csv
import sys
import wave

import numpy
import onnx
import onnxruntime
from onnx import numpy_helper
from safetensors.numpy import save_file

RATE, CHUNK, CONTEXT, WIDTH = 16000, 512, 64, 128
NAMES = {"stft_conv.weight": "model.stft.forward_basis_buffer"}
for part in ("weight", "bias"):
    NAMES[f"final_conv.{part}"] = f"model.decoder.decoder.2.{part}"
    for i in range(4):
        NAMES[f"conv{i + 1}.{part}"] = f"model.encoder.{i}.reparam_conv.{part}"
    for side in ("ih", "hh"):
        NAMES[f"lstm_cell.{part}_{side}"] = f"model.decoder.rnn.{part}_{side}"


def write_weights(model, file):
    tensors = {t.name: numpy_helper.to_array(t) for t in onnx.load(model).graph.initializer}
    save_file({ours: numpy.ascontiguousarray(tensors[theirs]) for ours, theirs in NAMES.items()}, file)


def probabilities(model, sound):
    session = onnxruntime.InferenceSession(model)
    state, context = numpy.zeros((2, 1, WIDTH), "float32"), numpy.zeros((1, CONTEXT), "float32")
    for chunk in numpy.pad(sound, (0, -len(sound) % CHUNK)).reshape(-1, 1, CHUNK):
        heard, state = session.run(None, {"input": numpy.concatenate([context, chunk], 1), "state": state,
                                          "sr": numpy.array(RATE)})
        context = chunk[:, -CONTEXT:]
        yield heard[0, 0]


def compare(model, sound, ours):
    with wave.open(sound) as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE, 1)
        samples = numpy.frombuffer(file.readframes(file.getnframes()), "int16").astype("float32") / 32768
    with open(ours) as file:
        made = [float(row["probability"]) for row in csv.DictReader(file)]
    expected = list(probabilities(model, samples))
    assert len(made) == len(expected), f"{len(made)} probabilities, not {len(expected)}"
    print(f"{len(made)} probabilities, largest difference {numpy.abs(numpy.subtract(made, expected)).max():.1e}")


model, what, *files = sys.argv[1:]
{"weights": write_weights, "compare": compare}[what](model, *files)
