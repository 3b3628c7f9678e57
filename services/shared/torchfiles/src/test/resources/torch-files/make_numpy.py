"""Writes numpy-scalars-N.pkl, N the pickle's protocol: python3 make_numpy.py, with NumPy 2."""

import pathlib
import pickle

import numpy

HERE = pathlib.Path(__file__).parent
VALUES = {
    "f8": numpy.float64(0.1),
    "f4": numpy.float32(1.5),
    "f2": numpy.float16(-2.0),
    "i8": numpy.int64(-7),
    "i4": numpy.int32(2**31 - 1),
    "u1": numpy.uint8(255),
    "u8": numpy.uint64(2**64 - 1),
    "b": numpy.bool_(True),
    "big-endian": numpy.array([3], dtype=">i4")[0],
    "list": [numpy.float64(2.0), numpy.float64(3.0)],
}
for protocol in (2, 4):
    HERE.joinpath(f"numpy-scalars-{protocol}.pkl").write_bytes(pickle.dumps(VALUES, protocol))
