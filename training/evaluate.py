"""Calibrate and measure an exported reader.

Usage: python evaluate.py --model FOLDER --cache CACHE --data SQUAD --xquad XQUAD
                          --written WRITTEN_CACHE [--calibrate]
Reading and passage choice on the held-out articles and on XQuAD, AUROC and calibration error of
`answerable` by kind of negative. --calibrate first fits calibration.json on the development part.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from batches import Examples
from bm25 import Index
from decode import Reading, answerable
from inference import Runner
from passages import KINDS
from scoring import auroc, auroc_interval, calibration_error, exact, interval, overlap
from sklearn.linear_model import LogisticRegression

from corpus import read_lines

LOG = logging.getLogger("evaluate")

PARTS = {"test": "held_out", "dev": "development"}
"""Parts of SQuAD's articles, and what they are called in the metrics."""


def read_part(runner: Runner, path: Path, limit: int) -> tuple[list[Reading], np.ndarray]:
    """Read the examples of a part's first questions; return readings and kinds."""
    part = Examples(path)
    pairs = []
    rows = part.rows[part.rows[:, 3] < limit]
    for row, (length, start, _, _) in enumerate(rows):
        ids = part.ids[part.begin[row] : part.begin[row] + length].tolist()
        pairs.append((ids[1 : start - 1], ids[start:-1]))
    return runner.read_pieces(pairs), rows[:, 2]


def fit(readings: list[Reading], kinds: np.ndarray) -> dict[str, Any]:
    """Fit the calibration by logistic regression, positives and negatives weighted equally."""
    features = np.asarray([[np.clip(r.margin, -30, 30), r.verdict] for r in readings])
    model = LogisticRegression(C=10.0, class_weight="balanced").fit(features, kinds == 0)
    weights = {"margin": float(model.coef_[0, 0]), "verdict": float(model.coef_[0, 1])}
    return {
        "formula": "sigmoid((weights.margin * clip(score - null, -30, 30)"
        " + weights.verdict * verdict + bias) / temperature)",
        "weights": weights,
        "bias": float(model.intercept_[0]),
        "temperature": 1.0,
        "longest_answer": 30,
        "max_pieces": 384,
        "max_question": 64,
        "stride": 128,
    }


def judge(
    readings: list[Reading], kinds: np.ndarray, calibration: dict[str, Any]
) -> dict[str, Any]:
    """Return AUROC by kind of negative, also of each single signal, and calibration error."""
    chance = np.asarray([answerable(r, calibration) for r in readings])
    signals = {
        "margin": np.asarray([r.margin for r in readings]),
        "verdict": np.asarray([r.verdict for r in readings]),
    }
    good, result = kinds == 0, {}
    present = {name: kinds == k for k, name in enumerate(KINDS) if (kinds == k).any()}
    sets = {name: chosen for name, chosen in present.items() if name != KINDS[0]}
    sets |= {"all": ~good} if len(sets) > 1 else {}
    for name, bad in sets.items():
        result[name] = {
            "count": int(bad.sum()),
            "auroc": auroc_interval(chance[good], chance[bad]),
            **{s: round(auroc(v[good], v[bad]), 4) for s, v in signals.items()},
        }
    rng = np.random.default_rng(0)
    bad = rng.choice(np.flatnonzero(~good), min(int(good.sum()), int((~good).sum())), replace=False)
    even = np.concatenate([np.flatnonzero(good), bad])
    return {
        "positives": int(good.sum()),
        "auroc": result,
        "ece_15_bins_balanced": calibration_error(chance[even], good[even]),
        "answerable_above_half": {
            name: round(float((chance[chosen] > 0.5).mean()), 4)  # noqa: PLR2004
            for name, chosen in present.items()
        },
    }


def load_questions(
    folder: Path, titles: set[str] | None
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return the paragraphs (of some articles) by id, and their questions."""
    docs = {
        d["id"]: d["text"]
        for d in read_lines(folder / "docs.jsonl.gz")
        if titles is None or d["title"].replace("_", " ") in titles
    }
    asked = read_lines(folder / "questions.jsonl.gz")
    return docs, [q for q in asked if q["doc_ids"][0] in docs]


def reading(runner: Runner, docs: dict[str, str], asked: list[dict[str, Any]]) -> dict[str, Any]:
    """Return EM and F1 of the best span in the given paragraph."""
    answers = [a for _, a in runner.read([(q["question"], docs[q["doc_ids"][0]]) for q in asked])]
    pairs = list(zip(answers, asked, strict=True))
    return {
        "questions": len(asked),
        "em": interval([exact(a, q["answers"]) for a, q in pairs]),
        "f1": interval([overlap(a, q["answers"]) for a, q in pairs]),
    }


def one_choice(
    answers: list[str],
    gold: list[bool],
    mine: list[tuple[Reading, str]],
    calibration: dict[str, Any],
) -> dict[str, float]:
    """Return what became of one question's candidates."""
    values = {
        "answerable": [answerable(r, calibration) for r, _ in mine],
        "verdict": [r.verdict for r, _ in mine],
        "margin": [r.margin for r, _ in mine],
        "score": [r.score for r, _ in mine],
    }
    chance = values["answerable"]
    answer = mine[int(np.argmax(chance))][1]
    result = {"em": exact(answer, answers), "f1": overlap(answer, answers)}
    if any(gold):
        right = chance[gold.index(True)]
        others = [c < right for c, g in zip(chance, gold, strict=True) if not g]
        result |= {n: float(gold[int(np.argmax(v))]) for n, v in values.items()}
        result |= {"bm25_first": float(gold[0]), "pairs": float(np.mean(others))}
    return result


def choice(
    runner: Runner,
    docs: dict[str, str],
    asked: list[dict[str, Any]],
    calibration: dict[str, Any],
) -> dict[str, Any]:
    """Return how often the right one of BM25's top 8 paragraphs wins, by different scores."""
    keys = list(docs)
    index = Index([docs[k] for k in keys])
    tops = index.top([q["question"] for q in asked], 8)
    pairs = [
        (q["question"], docs[keys[r]]) for q, top in zip(asked, tops, strict=True) for r in top
    ]
    found = runner.read(pairs)
    hits: dict[str, list[float]] = {}
    for number, (question, top) in enumerate(zip(asked, tops, strict=True)):
        gold = [keys[r] in question["doc_ids"] for r in top]
        mine = found[number * 8 : number * 8 + 8]
        for name, value in one_choice(question["answers"], gold, mine, calibration).items():
            hits.setdefault(name, []).append(value)
    wins = ("answerable", "verdict", "margin", "score", "bm25_first")
    return {
        "questions": len(asked),
        "paragraphs": len(keys),
        "right_in_top_8": round(len(hits["score"]) / len(asked), 4),
        "right_wins_if_in_top_8": {n: interval(hits[n]) for n in wins},
        "pairs_won_if_in_top_8": interval(hits["pairs"]),
        "em_of_best_passage": interval(hits["em"]),
        "f1_of_best_passage": interval(hits["f1"]),
    }


def arguments() -> argparse.Namespace:
    """Return the command line's settings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="measure the articles of a part from this folder")
    parser.add_argument("--part", choices=PARTS, default="test", help="held out, or development")
    parser.add_argument("--written", type=Path, help="measure what written.py kept aside here")
    parser.add_argument("--xquad", type=Path, help="measure XQuAD from this folder")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("metrics.json"))
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--questions", type=int, default=1200, help="of each part, for all but …")
    parser.add_argument("--choices", type=int, default=1200, help="… the choice of passages")
    parser.add_argument("--precision", default="bfloat16", choices=("bfloat16", "float32"))
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def calibrate(runner: Runner, args: argparse.Namespace) -> None:
    """Fit calibration.json on the development part and the written questions kept aside."""
    parts = [args.cache / "dev.npz", *([args.written / "written.npz"] if args.written else [])]
    read = [read_part(runner, path, args.questions) for path in parts]
    readings = [reading for part, _ in read for reading in part]
    kinds = np.concatenate([kinds for _, kinds in read])
    weights = (args.model / "model.safetensors").read_bytes()
    calibration = fit(readings, kinds) | {"weights_sha256": hashlib.sha256(weights).hexdigest()}
    (args.model / "calibration.json").write_text(json.dumps(calibration, indent=2) + "\n")
    LOG.info("calibrated on %s", judge(readings, kinds, calibration))


def store(path: Path, name: str, figures: dict[str, Any]) -> None:
    """Put figures of one data set into the metrics file, beside what is there."""
    metrics = json.loads(path.read_text()) if path.exists() else {}
    metrics[name] = metrics.get(name, {}) | figures
    path.write_text(json.dumps(metrics, indent=2) + "\n")
    LOG.info("%s %s", name, figures)


def main() -> None:
    """Write calibration.json and metrics.json."""
    args = arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    runner = Runner(args.model, getattr(torch, args.precision))
    if args.calibrate:
        calibrate(runner, args)
    calibration = json.loads((args.model / "calibration.json").read_text())
    for name in ("written", "topics") if args.written else ():
        readings, kinds = read_part(runner, args.written / f"{name}.npz", args.questions)
        store(args.out, name, {"answerable": judge(readings, kinds, calibration)})
    sets = {}
    if args.xquad:
        sets["xquad_en"] = load_questions(args.xquad, None)
    if args.data:
        readings, kinds = read_part(runner, args.cache / f"{args.part}.npz", args.questions)
        name = PARTS[args.part]
        store(args.out, name, {"answerable": judge(readings, kinds, calibration)})
        titles = set(json.loads((args.cache / "split.json").read_text())[args.part])
        sets[name] = load_questions(args.data, titles)
    for name, (docs, asked) in sets.items():
        picked = random.Random(0).sample(asked, min(args.questions, len(asked)))  # noqa: S311
        store(
            args.out, name, {"precision": args.precision, "reading": reading(runner, docs, picked)}
        )
        if args.choices:
            figures = choice(runner, docs, picked[: args.choices], calibration)
            store(args.out, name, {"choice": figures})


if __name__ == "__main__":
    main()
