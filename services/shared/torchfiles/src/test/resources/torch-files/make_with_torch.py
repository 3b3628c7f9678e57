"""Writes trained*.pth with the NCSNv2 authors' own code and PyTorch itself.

Run it here, with a checkout of github.com/ermongroup/ncsnv2 and torch (made with 2.13.0), numpy and
safetensors installed: python3 make_with_torch.py CHECKOUT. Three steps of training, the list that
the authors' runner saves, both formats of torch.save; trained.safetensors has what the averaged
network makes of an input.
"""

import pathlib
import sys
import types

import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, sys.argv[1])

from losses.dsm import anneal_dsm_score_estimation  # noqa: E402
from models.ema import EMAHelper  # noqa: E402
from models.ncsnv2 import NCSNv2  # noqa: E402


def config():
    space = types.SimpleNamespace
    return space(
        data=space(channels=1, image_size=8, logit_transform=False, rescaled=False),
        model=space(
            ngf=2, num_classes=6, sigma_dist="geometric", sigma_begin=5, sigma_end=0.05,
            normalization="InstanceNorm++", nonlinearity="elu", spec_norm=False),
        device=torch.device("cpu"))


torch.manual_seed(1)
network = torch.nn.DataParallel(NCSNv2(config()))
average = EMAHelper(mu=0.9)
average.register(network)
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
sigmas = network.module.sigmas
for step in range(3):
    loss = anneal_dsm_score_estimation(network, torch.rand(4, 1, 8, 8), sigmas)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    average.update(network)

states = [network.state_dict(), optimizer.state_dict(), 0, 3, average.state_dict()]
torch.save(states, HERE / "trained.pth")
torch.save(states, HERE / "trained-legacy.pth", _use_new_zipfile_serialization=False)

averaged = average.ema_copy(network).module.eval()
x = torch.rand(3, 1, 8, 8)
with torch.no_grad():
    score = averaged(x, torch.tensor([0, 3, 5]))
save_file({"x": x, "sigmas": sigmas[[0, 3, 5]].contiguous(), "score": score}, HERE / "trained.safetensors")
