"""Write a checkpoint as a folder that applications read: weights in bfloat16, config, tokenizer.

Usage: python export.py --checkpoint RUN/step_N --base MODEL_FOLDER --out FOLDER [--average]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from model import Reader
from safetensors.torch import load_file, save_file
from updater import is_frozen

from corpus import open_tokenizer

LICENSE = """Footnote reader weights

These weights are licensed under the Creative Commons Attribution-ShareAlike 4.0 International
licence (CC BY-SA 4.0): https://creativecommons.org/licenses/by-sa/4.0/legalcode

They were made from:

* SQuAD 1.1 (training paragraphs, questions and answers): Pranav Rajpurkar, Jian Zhang, Konstantin
  Lopyrev and Percy Liang, "SQuAD: 100,000+ Questions for Machine Comprehension of Text", EMNLP
  2016, https://rajpurkar.github.io/SQuAD-explorer/, licensed CC BY-SA 4.0; its paragraphs come
  from Wikipedia, by Wikipedia's authors. Questions and passages were changed by rule for training.
* Questions and passages written for this reader (training/written of the repository).
* all-MiniLM-L6-v2 (initial weights, vocabulary and tokenizer), by the sentence-transformers
  authors, https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2, licensed Apache 2.0:
  https://www.apache.org/licenses/LICENSE-2.0. The weights were changed by further training.
"""
FIELDS = (
    "attention_probs_dropout_prob",
    "hidden_act",
    "hidden_dropout_prob",
    "hidden_size",
    "initializer_range",
    "intermediate_size",
    "layer_norm_eps",
    "max_position_embeddings",
    "model_type",
    "num_attention_heads",
    "num_hidden_layers",
    "pad_token_id",
    "type_vocab_size",
    "vocab_size",
)


def gather(checkpoint: Path, *, average: bool) -> dict[str, torch.Tensor]:
    """Return the trained tensors of all workers' shares of a checkpoint."""
    tensors: dict[str, torch.Tensor] = {}
    for path in sorted(checkpoint.glob("rank*.pt")):
        part = torch.load(path, weights_only=True, map_location="cpu")
        tensors.update(part["average" if average else "master"])
    return tensors


def main() -> None:
    """Write model.safetensors, config.json, tokenizer.json and LICENSE."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--average", action="store_true", help="the moving average of the weights")
    args = parser.parse_args()
    base = json.loads((args.base / "config.json").read_text())
    tensors = gather(args.checkpoint, average=args.average)
    wanted = set(Reader(base).state_dict())
    for name, tensor in load_file(args.base / "model.safetensors").items():
        full = name if name in wanted else f"bert.{name}"
        if is_frozen(full):
            tensors[full] = tensor
    if set(tensors) != wanted:
        message = f"tensors differ: {sorted(set(tensors) ^ wanted)}"
        raise ValueError(message)
    args.out.mkdir(parents=True, exist_ok=True)
    packed = {n: t.to(torch.bfloat16).contiguous() for n, t in sorted(tensors.items())}
    fresh = args.out / "model.safetensors.new"
    save_file(packed, fresh, metadata={"format": "pt"})
    fresh.chmod(0o644)
    fresh.replace(args.out / "model.safetensors")
    config = {name: base[name] for name in FIELDS} | {"dtype": "bfloat16"}
    (args.out / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    tokenizer = open_tokenizer(args.base)
    tokenizer.save(str(args.out / "tokenizer.json"))
    (args.out / "LICENSE").write_text(LICENSE)


if __name__ == "__main__":
    main()
