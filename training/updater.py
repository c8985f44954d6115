"""Adam on shared weights: each worker updates its own share of the tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from model import Reader


def depth_of(name: str, layers: int = 6) -> int:
    """Return how far below the heads a tensor lies (0 for the heads)."""
    if name.startswith("bert.encoder.layer."):
        return layers - int(name.split(".")[3])
    return layers + 1 if name.startswith("bert.") else 0


def grouped(tensors: dict[str, torch.Tensor]) -> dict[tuple[int, bool], list[str]]:
    """Return the names of tensors by depth and by whether they are matrices."""
    groups: dict[tuple[int, bool], list[str]] = {}
    for name, tensor in tensors.items():
        groups.setdefault((depth_of(name), tensor.dim() > 1), []).append(name)
    return groups


def is_frozen(name: str) -> bool:
    """Tell whether a tensor keeps its first values: word embeddings, biases of linear maps."""
    linear = name.startswith("bert.encoder") and name.endswith(".bias")
    return name == "bert.embeddings.word_embeddings.weight" or (linear and "LayerNorm" not in name)


class Updater:
    """Adam on this worker's share of the tensors: fp32 copies, clipping, moving average."""

    def __init__(
        self, model: Reader, rank: int, shared: dict[str, Any], args: argparse.Namespace
    ) -> None:
        """Pick the tensors of this rank and make the optimizer."""
        self.rank, self.shared, self.args = rank, shared, args
        self.trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
        sizes = [p.numel() for _, p in self.trained]
        middle = np.cumsum(sizes) * args.workers // (sum(sizes) + 1)
        self.mine = [t for t, part in zip(self.trained, middle, strict=True) if part == rank]
        self.spots = np.concatenate([[0], np.cumsum(sizes)])
        self.where = {n: int(s) for (n, _), s in zip(self.trained, self.spots, strict=False)}
        self.master = {n: p.detach().float().clone() for n, p in self.mine}
        self.average = {n: t.clone() for n, t in self.master.items()}
        groups = grouped(self.master)
        self.optimizer = torch.optim.AdamW(
            [
                {
                    "params": [self.master[n] for n in names],
                    "weight_decay": 0.01 if wide else 0.0,
                    "base": self.base_rate(depth),
                }
                for (depth, wide), names in groups.items()
            ],
            betas=(0.9, 0.98),
            eps=1e-6,
            fused=True,
        )

    def base_rate(self, depth: int) -> float:
        """Return the peak learning rate at a depth below the heads."""
        if depth == 0:
            return float(self.args.head_rate)
        return float(self.args.rate * self.args.layer_decay ** (depth - 1))

    def step(self, factor: float, step: int) -> float:
        """Sum the workers' gradients, update this share, publish it; return the norm."""
        buffer, barrier = self.shared["gradients"], self.shared["barrier"]
        for name, param in self.trained:
            if param.grad is not None:
                spot = self.where[name]
                buffer[self.rank, spot : spot + param.numel()].copy_(param.grad.reshape(-1))
            param.grad = None
        barrier.wait()
        square = 0.0
        for name, tensor in self.master.items():
            spot = self.where[name]
            tensor.grad = buffer[:, spot : spot + tensor.numel()].sum(0).view_as(tensor)
            square += float(tensor.grad.square().sum())
        self.shared["norms"][self.rank] = square
        barrier.wait()
        norm = float(self.shared["norms"].sum().sqrt())
        for group in self.optimizer.param_groups:
            group["lr"] = group["base"] * factor
        if norm > 1.0:
            for tensor in self.master.values():
                tensor.grad.mul_(1.0 / norm)  # type: ignore[union-attr]
        self.optimizer.step()
        for name, param in self.mine:
            param.data.copy_(self.master[name])
        if step % 4 == 0:
            blend = 1 - min(self.args.ema, step / (step + 5)) ** 4
            for name, tensor in self.average.items():
                tensor.lerp_(self.master[name], blend)
        barrier.wait()
        return norm

    def save(self, folder: Path, state: dict[str, Any]) -> None:
        """Write this rank's share of a checkpoint."""
        folder.mkdir(parents=True, exist_ok=True)
        whole = {
            "master": self.master,
            "average": self.average,
            "optimizer": self.optimizer.state_dict(),
            "state": state,
        }
        torch.save(whole, folder / f"rank{self.rank}.pt")

    def load(self, folder: Path) -> dict[str, Any]:
        """Take this rank's tensors from a checkpoint of any split; return the training state."""
        state: dict[str, Any] = {}
        for path in sorted(folder.glob("rank*.pt")):
            whole = torch.load(path, weights_only=True)
            order = [n for names in grouped(whole["master"]).values() for n in names]
            state = whole["state"]
            for number, name in enumerate(order):
                if name in self.master:
                    self.master[name].copy_(whole["master"][name])
                    self.average[name].copy_(whole["average"][name])
                    moments = whole["optimizer"]["state"][number]
                    self.optimizer.state[self.master[name]] = moments
        for name, param in self.mine:
            param.data.copy_(self.master[name])
        return state
