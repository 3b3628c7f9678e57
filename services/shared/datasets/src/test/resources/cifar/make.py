"""Writes cifar-N.pkl, N the pickle's protocol, as CIFAR's Python batches are: python3 make.py, with NumPy 2."""

import pathlib
import pickle

import numpy

HERE = pathlib.Path(__file__).parent
PIXELS = numpy.arange(2 * 3072, dtype=numpy.uint32) * 7 % 256
BATCH = {
    "batch_label": "training batch 1 of 5",
    "labels": [3, 8],
    "data": PIXELS.astype(numpy.uint8).reshape(2, 3072),
    "filenames": ["a.png", "b.png"],
}
for protocol in (2, 4):
    HERE.joinpath(f"cifar-{protocol}.pkl").write_bytes(pickle.dumps(BATCH, protocol))
