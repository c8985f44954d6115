"""Calibrate and measure an exported reader.

Usage: python evaluate.py --model FOLDER --cache CACHE --data SQUAD --xquad XQUAD [--calibrate]
Reading and passage choice on the held-out articles and on XQuAD, AUROC and calibration error of
`answerable` by kind of negative. --calibrate first fits calibration.json on the development part.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import time
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
    """Return AUROC by kind of negative, with each single signal's, and calibration error."""
    chance = np.asarray([answerable(r, calibration) for r in readings])
    signals = {
        "margin": np.asarray([r.margin for r in readings]),
        "verdict": np.asarray([r.verdict for r in readings]),
    }
    good, result = kinds == 0, {}
    sets = {name: kinds == k for k, name in enumerate(KINDS) if k} | {"all": kinds != 0}
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
        "auroc": result,
        "ece_15_bins_balanced": calibration_error(chance[even], good[even]),
        "answerable_above_half": {
            name: round(float((chance[kinds == k] > 0.5).mean()), 4)  # noqa: PLR2004
            for k, name in enumerate(KINDS)
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
    names = ("answerable", "verdict", "margin", "score")
    hits: dict[str, list[float]] = {n: [] for n in (*names, "bm25_first", "em", "f1", "auroc")}
    for number, (question, top) in enumerate(zip(asked, tops, strict=True)):
        gold = [keys[r] in question["doc_ids"] for r in top]
        mine = found[number * 8 : number * 8 + 8]
        chance = [answerable(r, calibration) for r, _ in mine]
        answer = mine[int(np.argmax(chance))][1]
        hits["em"].append(exact(answer, question["answers"]))
        hits["f1"].append(overlap(answer, question["answers"]))
        if not any(gold):
            continue
        values = {
            "answerable": chance,
            "verdict": [r.verdict for r, _ in mine],
            "margin": [r.margin for r, _ in mine],
            "score": [r.score for r, _ in mine],
        }
        for name in names:
            hits[name].append(float(gold[int(np.argmax(values[name]))]))
        hits["bm25_first"].append(float(gold[0]))
        pairs_won = [
            c < chance[gold.index(True)] for c, g in zip(chance, gold, strict=True) if not g
        ]
        hits["auroc"].append(float(np.mean(pairs_won)))
    share = len(hits["score"]) / len(asked)
    return {
        "questions": len(asked),
        "paragraphs": len(keys),
        "right_in_top_8": round(share, 4),
        "right_wins_if_in_top_8": {n: interval(hits[n]) for n in (*names, "bm25_first")},
        "pairs_won_if_in_top_8": interval(hits["auroc"]),
        "em_of_best_passage": interval(hits["em"]),
        "f1_of_best_passage": interval(hits["f1"]),
    }


def main() -> None:
    """Write calibration.json and metrics.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--xquad", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("metrics.json"))
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--questions", type=int, default=1200, help="of each part, for all but …")
    parser.add_argument("--choices", type=int, default=1200, help="… the choice of passages")
    parser.add_argument("--dtype", default="bfloat16", choices=("bfloat16", "float32"))
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    runner, began = Runner(args.model, getattr(torch, args.dtype)), time.monotonic()
    stored = args.model / "calibration.json"
    if args.calibrate:
        readings, kinds = read_part(runner, args.cache / "dev.npz", args.questions)
        stored.write_text(json.dumps(fit(readings, kinds), indent=2) + "\n")
        LOG.info("development part %s", judge(readings, kinds, json.loads(stored.read_text())))
    calibration = json.loads(stored.read_text())
    readings, kinds = read_part(runner, args.cache / "test.npz", args.questions)
    metrics: dict[str, Any] = {"dtype": args.dtype, "held_out": judge(readings, kinds, calibration)}
    LOG.info("held out %s", metrics["held_out"])
    titles = set(json.loads((args.cache / "split.json").read_text())["test"])
    sets = {"held_out": load_questions(args.data, titles)}
    if args.xquad:
        sets["xquad_en"] = load_questions(args.xquad, None)
    for name, (docs, asked) in sets.items():
        picked = random.Random(0).sample(asked, min(args.questions, len(asked)))  # noqa: S311
        part = metrics.setdefault(name, {})
        part["reading"] = reading(runner, docs, picked)
        LOG.info("%s reading %s", name, part["reading"])
        if args.choices:
            part["choice"] = choice(runner, docs, picked[: args.choices], calibration)
            LOG.info("%s choice %s", name, part["choice"])
    metrics["seconds"] = round(time.monotonic() - began)
    args.out.write_text(json.dumps(metrics, indent=2) + "\n")


if __name__ == "__main__":
    main()
