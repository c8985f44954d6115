"""Train the reader on a CPU: one single-threaded worker per core, weights in shared memory.

Usage: python train.py --cache CACHE --written WRITTEN_CACHE --base MODEL_FOLDER --out RUN
Resume with: --resume RUN/step_N (the last two are kept).
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import random
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.multiprocessing as mp
from batches import Examples, losses, online
from model import Reader, load_base
from passages import KINDS
from safetensors.torch import load_file
from updater import Updater, is_frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LOG = logging.getLogger("train")


def arguments() -> argparse.Namespace:
    """Return the command line's settings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--written", type=Path, help="folder that written.py wrote")
    parser.add_argument("--written-share", type=float, default=0.35, help="of the steps")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--resume", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=90.0, help="of this run, decay included")
    parser.add_argument("--decay-minutes", type=float, default=15.0)
    parser.add_argument("--deadline-file", type=Path, help="JSON {minutes, decay_minutes}, re-read")
    parser.add_argument("--save-minutes", type=float, default=10.0)
    parser.add_argument("--pieces", type=int, default=1450, help="per worker and step")
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--head-rate", type=float, default=5e-4)
    parser.add_argument("--layer-decay", type=float, default=0.9)
    parser.add_argument("--warmup", type=int, default=150)
    parser.add_argument("--ema", type=float, default=0.998)
    parser.add_argument("--bce", type=float, default=0.5)
    parser.add_argument("--pair", type=float, default=0.5)
    parser.add_argument(
        "--keep",
        type=float,
        nargs=5,
        default=(1.0, 0.6, 0.3, 0.5, 0.85),
        help="share to use of SQuAD's examples: positive, same article, other article, deleted, swapped",
    )
    parser.add_argument(
        "--precision",
        choices=("bfloat16", "float32"),
        default="bfloat16",
        help="float32 where the processor has no bfloat16 products (AVX-512 BF16 or AMX)",
    )
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def schedule(args: argparse.Namespace, step: int, minutes: float) -> float:
    """Return the rate factor: warm-up, constant, then linear decay to zero at the end."""
    total, decay = args.minutes, args.decay_minutes
    if args.deadline_file and args.deadline_file.exists():
        limits = json.loads(args.deadline_file.read_text())
        total, decay = limits["minutes"], limits["decay_minutes"]
    left = max(0.0, min(1.0, (total - minutes) / max(decay, 1e-6)))
    return float(min(1.0, (step + 1) / args.warmup) * left)


def train_files(folder: Path) -> list[Path]:
    """Return the files with examples to train on; raises FileNotFoundError if there are none."""
    files = sorted(folder.glob("train*.npz"))
    if not files:
        message = f"Expected train0.npz, … in {folder}, but there is none; see README.md."
        raise FileNotFoundError(message)
    return files


def passes(
    args: argparse.Namespace, folder: Path, keep: Sequence[float]
) -> Iterator[tuple[Examples, list[list[int]]]]:
    """Yield the batches of a folder's passes in turn for ever."""
    files = train_files(folder)
    for number in itertools.count():
        examples = Examples(files[number % len(files)])
        for rows in examples.steps(args.pieces, args.workers, args.seed + number, keep):
            yield examples, rows


def stream(args: argparse.Namespace, done: int) -> Iterator[tuple[Examples, list[list[int]]]]:
    """Yield batches of SQuAD's and of the written examples for ever, without the first ones."""
    rng = random.Random(args.seed)  # noqa: S311
    squad = passes(args, args.cache, (*args.keep, 1.0))
    written = passes(args, args.written, [1.0] * len(KINDS)) if args.written else squad
    while True:
        batch = next(written if rng.random() < args.written_share else squad)
        if done > 0:
            done -= 1
        else:
            yield batch


def work(rank: int, model: Reader, shared: dict[str, Any], args: argparse.Namespace) -> None:
    """Run one worker until the time is up."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    updater, step, seen = Updater(model, rank, shared, args), 0, 0
    if args.resume:
        state = updater.load(args.resume)
        step, seen = state["step"], state["seen"]
        shared["barrier"].wait()
    began = saved = shown = time.monotonic()
    table, sums, fresh = np.zeros((len(KINDS), 3)), np.zeros(3), seen
    for examples, rows in stream(args, step):
        minutes = (time.monotonic() - began) / 60
        if rank == 0:
            save = (time.monotonic() - saved) / 60 > args.save_minutes
            shared["control"][:] = torch.tensor([schedule(args, step, minutes), float(save)])
        batch, count = examples.batch(rows[rank]), sum(map(len, rows))
        logits, verdict = model(batch.ids, batch.types, batch.lengths)
        parts = losses(logits, verdict, batch)
        loss = (parts["span"] + args.bce * parts["bce"] + args.pair * parts["pair"]) / count
        loss.backward()
        table += online(logits, verdict, batch)
        sums += [float(p.detach()) for p in parts.values()]
        shared["barrier"].wait()
        factor, save = shared["control"].tolist()
        norm = updater.step(factor, step)
        step, seen = step + 1, seen + count
        if save or factor <= 0:
            keep(updater, args, {"step": step, "seen": seen}, rank, shared)
            saved = time.monotonic()
        if factor <= 0:
            break
        if rank == 0 and step % 50 == 0:
            speed = (seen - fresh) / (time.monotonic() - shown)
            report((step, seen), speed, (factor, norm), table, sums)
            table, sums, fresh, shown = (
                np.zeros((len(KINDS), 3)),
                np.zeros(3),
                seen,
                time.monotonic(),
            )


def keep(
    updater: Updater,
    args: argparse.Namespace,
    state: dict[str, Any],
    rank: int,
    shared: dict[str, Any],
) -> None:
    """Save a checkpoint and remove all but the last two."""
    folder = args.out / f"step_{state['step']}"
    updater.save(folder, state)
    shared["barrier"].wait()
    if rank == 0:
        old = sorted(args.out.glob("step_*"), key=lambda p: int(p.name.split("_")[1]))[:-2]
        for path in old:
            shutil.rmtree(path)
        LOG.info("saved %s", folder.name)


def report(
    progress: tuple[int, int],
    speed: float,
    rate: tuple[float, float],
    table: np.ndarray,
    sums: np.ndarray,
) -> None:
    """Log rank 0's online figures (before the model learns from the batch)."""
    rates = table[:, 1:] / np.maximum(table[:, :1], 1)
    kinds = " ".join(f"{n} {a:.3f}/{b:.3f}" for n, (a, b) in zip(KINDS, rates, strict=True))
    span, bce, pair = sums / max(table[:, 0].sum(), 1)
    LOG.info(
        "step %d seen %d %.1f/s factor %.2f norm %.2f | span %.3f bce %.3f pair %.3f | %s",
        *progress,
        speed,
        *rate,
        span,
        bce,
        pair,
        kinds,
    )


def main() -> None:
    """Start the workers."""
    args = arguments()
    for folder in filter(None, (args.cache, args.written)):
        train_files(folder)
    torch.manual_seed(args.seed)
    model = Reader(json.loads((args.base / "config.json").read_text()))
    load_base(model, load_file(args.base / "model.safetensors"))
    if args.precision == "bfloat16":
        model = model.bfloat16()
    for name, param in model.named_parameters():
        param.requires_grad_(not is_frozen(name))
    model.share_memory()
    size = sum(p.numel() for p in model.parameters() if p.requires_grad)
    args.out.mkdir(parents=True, exist_ok=True)
    context = mp.get_context("spawn")
    shared = {
        "gradients": torch.zeros(args.workers, size).share_memory_(),
        "norms": torch.zeros(args.workers).share_memory_(),
        "control": torch.zeros(2).share_memory_(),
        "barrier": context.Barrier(args.workers),
    }
    jobs = [
        context.Process(target=work, args=(r, model, shared, args)) for r in range(args.workers)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    if any(job.exitcode for job in jobs):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
