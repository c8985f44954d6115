"""Average the weights of exported readers that training reached one after another.

Usage: python average.py --models FOLDER FOLDER --out FOLDER

The mean of weights from several ends of training reads better than each of them (Izmailov et al.
2018, https://arxiv.org/abs/1803.05407; Wortsman et al. 2022, https://arxiv.org/abs/2203.05482).
The other files are those of the last folder; ``evaluate.py --calibrate`` has to follow.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

WEIGHTS = "model.safetensors"


def main() -> None:
    """Write the mean, computed in float32 and kept in the models' own type."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    parts = [load_file(folder / WEIGHTS) for folder in args.models]
    mean = {
        name: torch.stack([part[name].float() for part in parts]).mean(0).to(tensor.dtype)
        for name, tensor in parts[0].items()
    }
    shutil.copytree(args.models[-1], args.out, dirs_exist_ok=True)
    save_file(mean, args.out / WEIGHTS, metadata={"format": "pt"})


if __name__ == "__main__":
    main()
