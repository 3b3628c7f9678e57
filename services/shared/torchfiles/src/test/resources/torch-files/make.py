"""Writes the .pth files of this folder in the formats of torch.save, with Python alone.

Run it here: python3 make.py. Classes that only look like PyTorch's are pickled by the standard
library, so every instruction is one that torch.save would have written.
"""

import collections
import io
import json
import math
import pathlib
import pickle
import struct
import sys
import types
import zlib

HERE = pathlib.Path(__file__).parent
ORACLE = HERE.parent / "oracles" / "langevin.safetensors"
MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 2


def module(name):
    return sys.modules.setdefault(name, types.ModuleType(name))


torch = module("torch")
torch_utils = module("torch._utils")


def stand_in(owner, name, value):
    """Makes pickle write the name that PyTorch's own class or function has."""
    value.__module__, value.__name__, value.__qualname__ = owner.__name__, name, name
    setattr(owner, name, value)
    return value


FORMATS = {"Float": "f", "Double": "d", "Half": "e", "BFloat16": None, "Long": "q"}
STORAGE_TYPES = {kind: stand_in(torch, kind + "Storage", type(kind, (), {})) for kind in FORMATS}
REBUILD = stand_in(torch_utils, "_rebuild_tensor_v2", lambda *args: None)
REBUILD_PARAMETER = stand_in(torch_utils, "_rebuild_parameter", lambda *args: None)


class Storage:
    def __init__(self, kind, values):
        self.kind, self.values = kind, list(values)

    def raw(self):
        if self.kind == "BFloat16":  # the upper half of a float
            return b"".join(struct.pack("<f", v)[2:] for v in self.values)
        return struct.pack("<%d%s" % (len(self.values), FORMATS[self.kind]), *self.values)


class Tensor:
    def __init__(self, storage, shape, strides=None, offset=0):
        if strides is None:
            strides = [math.prod(shape[d + 1:]) for d in range(len(shape))]
        self.args = (storage, offset, tuple(shape), tuple(strides), False, collections.OrderedDict())

    def __reduce_ex__(self, protocol):
        return REBUILD, self.args


class Parameter:
    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce_ex__(self, protocol):
        return REBUILD_PARAMETER, (self.tensor, True, collections.OrderedDict())


class Command:
    """What a hostile file would run."""

    def __reduce__(self):
        import os

        return os.system, ("true",)


def tensor(values, shape, kind="Float"):
    return Tensor(Storage(kind, values), shape)


class Pickler(pickle.Pickler):
    def __init__(self, out, legacy, protocol=PROTOCOL):
        super().__init__(out, protocol=protocol)
        self.legacy, self.storages, self.keys = legacy, [], {}

    def persistent_id(self, value):
        if not isinstance(value, Storage):
            return None
        if id(value) not in self.keys:
            # the old format names a storage by its address, the new one by a counter
            number = 94110000000000 + 64 * len(self.storages) if self.legacy else len(self.storages)
            self.keys[id(value)] = str(number)
            self.storages.append(value)
        kind, key = STORAGE_TYPES[value.kind], self.keys[id(value)]
        named = ("storage", kind, key, "cuda:0", len(value.values))
        return named + (None,) if self.legacy else named


def pickled(content, legacy, protocol=PROTOCOL):
    out = io.BytesIO()
    pickler = Pickler(out, legacy, protocol)
    pickler.dump(content)
    return out.getvalue(), [(pickler.keys[id(s)], s) for s in pickler.storages]


def save_legacy(name, content):
    machine = dict(protocol_version=1001, little_endian=True, type_sizes=dict(short=2, int=4, long=4))
    values, storages = pickled(content, legacy=True)
    storages.sort()
    parts = [pickle.dumps(head, protocol=PROTOCOL) for head in (MAGIC, 1001, machine)]
    parts += [values, pickle.dumps([key for key, _ in storages], protocol=PROTOCOL)]
    parts += [struct.pack("<q", len(s.values)) + s.raw() for _, s in storages]
    (HERE / name).write_bytes(b"".join(parts))


def save_zip(name, content, protocol=PROTOCOL, byteorder=None):
    values, storages = pickled(content, legacy=False, protocol=protocol)
    entries = [("data.pkl", values)]
    entries += [("byteorder", byteorder)] if byteorder else []
    entries += [("data/" + key, s.raw()) for key, s in storages] + [("version", b"3\n")]
    (HERE / name).write_bytes(zipped(name.removesuffix(".pth"), entries))


def zipped(folder, entries):
    """Stored entries whose data begin at multiples of 64, and a zip64 end: as PyTorch writes it."""
    out, directory = bytearray(), bytearray()
    for name, data in entries:
        path, start = f"{folder}/{name}".encode(), len(out)
        padding = -(start + 30 + len(path) + 4) % 64
        extra = struct.pack("<2sH", b"FB", padding) + b"Z" * padding
        shared = struct.pack("<HHHHIII", 0, 0, 0, 0x21, zlib.crc32(data), len(data), len(data))
        out += b"PK\3\4\0\0" + shared + struct.pack("<HH", len(path), len(extra)) + path + extra + data
        directory += b"PK\1\2\0\0\0\0" + shared
        directory += struct.pack("<HHHHHII", len(path), 0, 0, 0, 0, 0, start) + path
    n, start, size = len(entries), len(out), len(directory)
    out += directory
    end = len(out)
    out += b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 0x2D, 0x2D, 0, 0, n, n, size, start)
    out += b"PK\6\7" + struct.pack("<IQI", 0, end, 1)
    out += b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, n, n, size, start, 0)
    return bytes(out)


def oracle():
    """Weights and noise scales from the authors' code: ngf 4, 8×8×1."""
    file = ORACLE.read_bytes()
    length = struct.unpack("<Q", file[:8])[0]
    header, data = json.loads(file[8:8 + length]), file[8 + length:]
    found = {}
    for name, entry in header.items():
        if name == "sigmas" or name.startswith("weights."):
            begin, end = entry["data_offsets"]
            values = struct.unpack("<%df" % ((end - begin) // 4), data[begin:end])
            found[name.removeprefix("weights.")] = (values, entry["shape"])
    return found


def half_as_wide(weights):
    """The same network with ngf 2; element k of its flat vector is (k % 97 - 48) / 64."""
    small, k = {}, 0
    for name, (_, shape) in weights.items():
        shape = [side // 2 if side in (4, 8) else side for side in shape]
        size = math.prod(shape)
        small[name] = ([((k + i) % 97 - 48) / 64 for i in range(size)], shape)
        k += size
    return small


def state_dict(weights, sigmas, kind="Float", prefix="module."):
    state = collections.OrderedDict()
    if sigmas:
        state[prefix + "sigmas"] = tensor(*sigmas)
    for name, (values, shape) in weights.items():
        state[prefix + name] = tensor(values, shape, kind)
    state._metadata = collections.OrderedDict([("", {"version": 1}), ("module", {"version": 1})])
    return state


def optimizer():
    moments = {"step": 12, "exp_avg": tensor([0.5, -0.5], [2]), "exp_avg_sq": tensor([0.25, 1], [2])}
    group = {"lr": 1e-4, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "amsgrad": False,
             "foreach": None, "capturable": True, "params": [0, 139872345678904]}
    return {"state": {0: moments, 139872345678904: dict(moments)}, "param_groups": [group]}


def negated(weights):
    return {name: ([-v for v in values], shape) for name, (values, shape) in weights.items()}


def views():
    """0 … 11 in one storage, seen in several ways, and one tensor of every other type."""
    numbers = Storage("Float", range(12))
    return {
        "rows": Tensor(numbers, [3, 4]),
        "transposed": Tensor(numbers, [4, 3], [1, 4]),
        "column": Tensor(numbers, [3], [4], 2),
        "scalar": Tensor(numbers, [], [], 7),
        "empty": Tensor(Storage("Float", []), [0, 3]),
        "parameter": Parameter(Tensor(numbers, [2, 2], [4, 1], 5)),
        "half": tensor([1.5, -2, 65504, 6e-8, 0], [5], "Half"),
        "bfloat16": tensor([1.5, -2, 0.0078125], [3], "BFloat16"),
        "double": tensor([0.1, 1e300], [2], "Double"),
        "long": tensor([1 << 60, -3], [2], "Long"),
    }


def main():
    weights = oracle()
    sigmas = weights.pop("sigmas")
    small = half_as_wide(weights)
    whole = [state_dict(negated(small), sigmas), optimizer(), 3, 250,
             {name: tensor(*value) for name, value in small.items()}]

    save_zip("langevin.pth", [state_dict(weights, sigmas), optimizer(), 0, 100])
    save_zip("authors.pth", whole, byteorder=b"little")
    save_legacy("authors-legacy.pth", whole)
    save_zip("bare-half.pth", state_dict(small, None, "Half", prefix=""), protocol=4)
    save_zip("views.pth", views())
    save_legacy("views-legacy.pth", views())
    save_zip("hostile.pth", [Command()])
    save_legacy("hostile-legacy.pth", [Command()])


if __name__ == "__main__":
    main()
