"""Write the model card README.md beside exported weights from the measured figures.

Usage: python card.py --model FOLDER --metrics metrics.json --examples 80000
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

CARD = """# Footnote reader

An extractive reader for English: given a question and a passage it scores every word piece as start
and end of the answer, and whether the passage answers at all. It generates no text.

| file | what |
| --- | --- |
| `model.safetensors` | bfloat16 weights, SHA-256 `{digest}` |
| `config.json` | `BertConfig` fields: 6 layers, 384 wide, 22.7 million parameters |
| `tokenizer.json` | the uncased WordPiece vocabulary of the base model |
| `calibration.json` | from scores to the probability that the passage answers |
| `LICENSE` | CC BY-SA 4.0, with attribution |

## Data and licence

Made from all-MiniLM-L6-v2 (Apache 2.0) with SQuAD 1.1 (Rajpurkar et al. 2016, CC BY-SA 4.0, from
<https://rajpurkar.github.io/SQuAD-explorer/>); 404 of its 439 articles were trained on, whole
articles were kept aside for calibration (22) and for the figures below (13); and with 50,203
questions written for it over 3,592 of SQuAD's paragraphs, 2,166 passages and 139 topics (folders of
documents on one matter) of our own, 21,365 of which have no answer there, one paragraph and topic in
twelve being kept aside. XQuAD (Artetxe et al. 2020) was never trained or tuned on. The weights are
licensed CC BY-SA 4.0.

## Recipe

About {examples} examples on two processor cores: whole paragraphs, windows and joined
paragraphs; as negatives other paragraphs of the same article and of others, paragraphs without the
answer's sentence, and near misses, swapped by rule and written.
`training/README.md` in the repository gives every detail and the definition of the output.

## Figures

Mean and 95 % bootstrap interval.

| | XQuAD English | held-out SQuAD articles |
| --- | --- | --- |
{rows}

`answerable` on the held-out articles (whole paragraphs; each kind against the same positives):

| negatives | AUROC | judged answerable |
| --- | --- | --- |
{kinds}

Positives judged answerable: {positive}. Expected calibration error (15 bins, as many positives as
negatives): {ece}.

On the written questions that were kept aside, {written_answerable} with an answer and
{written_near} near misses: AUROC {written_auroc}; {written_positive} of those with an answer and
{written_negative} of the near misses are judged answerable. On the topics kept aside, each question
with all ten passages, {topics_answerable} pairs that answer and {topics_near} that do not: AUROC
{topics_auroc}; {topics_positive} and {topics_negative} are judged answerable.

## Limits

* English prose. Tables, other languages and dialogue were hardly seen.
* Answers of at most 30 word pieces; questions are cut at 64.
* A question that differs subtly from what the passage says can still get a confident wrong answer.
  `answerable` is calibrated for as many answerable passages as not; where fewer answer, it is too
  high.
* It was trained for a short time on few examples: larger readers are more exact.
"""


def cell(values: list[float]) -> str:
    """Return a mean with its interval."""
    return f"{values[0]:.3f} ({values[1]:.3f} to {values[2]:.3f})"


def rows(metrics: dict[str, Any]) -> str:
    """Return the table's rows of reading and passage choice."""
    paths = {
        "reading the right paragraph, exact match": ("reading", "em"),
        "reading the right paragraph, F1": ("reading", "f1"),
        "right paragraph wins by `answerable`, if in BM25's top 8": (
            "choice",
            "right_wins_if_in_top_8",
            "answerable",
        ),
        "right paragraph is first by BM25, if in its top 8": (
            "choice",
            "right_wins_if_in_top_8",
            "bm25_first",
        ),
        "exact match of the winner's answer": ("choice", "em_of_best_passage"),
        "F1 of the winner's answer": ("choice", "f1_of_best_passage"),
    }
    lines = []
    for label, path in paths.items():
        cells = []
        for name in ("xquad_en", "held_out"):
            value: Any = metrics[name]
            for key in path:
                value = value[key]
            cells.append(cell(value))
        lines.append(f"| {label} | {' | '.join(cells)} |")
    counts = [
        f"{metrics[n]['reading']['questions']} / {metrics[n]['choice']['questions']}"
        for n in ("xquad_en", "held_out")
    ]
    return "\n".join([*lines, f"| questions (reading / choice) | {' | '.join(counts)} |"])


def written(name: str, judged: dict[str, Any]) -> dict[str, Any]:
    """Return the figures on what was written and kept aside under *name*."""
    near = judged["auroc"]["written"]
    return {
        f"{name}_answerable": judged["positives"],
        f"{name}_near": near["count"],
        f"{name}_auroc": cell(near["auroc"]),
        f"{name}_positive": judged["answerable_above_half"]["positive"],
        f"{name}_negative": judged["answerable_above_half"]["written"],
    }


def main() -> None:
    """Write README.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--metrics", type=Path, default=Path(__file__).with_name("metrics.json"))
    parser.add_argument("--examples", type=int, required=True)
    args = parser.parse_args()
    metrics = json.loads(args.metrics.read_text())
    judged = metrics["held_out"]["answerable"]
    above = judged["answerable_above_half"]
    kinds = [
        f"| {name.replace('_', ' ')} ({part['count']}) | {cell(part['auroc'])} |"
        f" {above.get(name, '')} |"
        for name, part in judged["auroc"].items()
    ]
    card = CARD.format(
        digest=hashlib.sha256((args.model / "model.safetensors").read_bytes()).hexdigest(),
        examples=f"{args.examples:,}",
        rows=rows(metrics),
        kinds="\n".join(kinds),
        positive=above["positive"],
        ece=judged["ece_15_bins_balanced"],
        **written("written", metrics["written"]["answerable"]),
        **written("topics", metrics["topics"]["answerable"]),
    )
    (args.model / "README.md").write_text(card)


if __name__ == "__main__":
    main()
