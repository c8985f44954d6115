"""Run an exported reader with torch, for evaluation and calibration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import torch
from decode import Reading, read_passage, read_window, windows
from model import Reader, load_base
from safetensors.torch import load_file

from corpus import open_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np

PACK = 3000


class Runner:
    """An exported reader and its tokenizer."""

    def __init__(self, folder: Path, dtype: torch.dtype = torch.bfloat16) -> None:
        """Load model.safetensors, config.json and tokenizer.json."""
        self.model = Reader(json.loads((folder / "config.json").read_text()))
        missing = load_base(self.model, load_file(folder / "model.safetensors"))
        if missing:
            message = f"tensors missing: {missing}"
            raise ValueError(message)
        self.model = self.model.to(dtype).eval()
        self.tokenizer = open_tokenizer(folder)

    @torch.no_grad()
    def logits(
        self,
        inputs: Sequence[tuple[list[int], int]],
    ) -> Iterator[tuple[int, np.ndarray, np.ndarray, float]]:
        """Yield (number, start logits, end logits, verdict) of inputs (ids, passage start)."""
        order = sorted(range(len(inputs)), key=lambda i: len(inputs[i][0]))
        at = 0
        while at < len(order):
            pack, size = [order[at]], len(inputs[order[at]][0])
            at += 1
            while at < len(order) and size + len(inputs[order[at]][0]) <= PACK:
                size += len(inputs[order[at]][0])
                pack.append(order[at])
                at += 1
            lengths = [len(inputs[i][0]) for i in pack]
            ids = torch.tensor([p for i in pack for p in inputs[i][0]])
            types = torch.cat(
                [
                    (torch.arange(n) >= inputs[i][1]).long()
                    for i, n in zip(pack, lengths, strict=True)
                ]
            )
            spans, verdict = self.model(ids, types, lengths)
            for i, part, a in zip(pack, spans.split(lengths), verdict.tolist(), strict=True):
                yield i, part[:, 0].numpy(), part[:, 1].numpy(), a

    def read_pieces(self, pairs: Sequence[tuple[list[int], list[int]]]) -> list[Reading]:
        """Read (question pieces, passage pieces) pairs."""
        inputs: list[tuple[list[int], int]] = []
        owner: list[tuple[int, int]] = []
        for number, (question, passage) in enumerate(pairs):
            for begin, ids, first in windows(question, passage):
                inputs.append((ids, first))
                owner.append((number, begin))
        parts: list[list[tuple[int, Reading]]] = [[] for _ in pairs]
        for i, start, end, verdict in self.logits(inputs):
            number, begin = owner[i]
            parts[number].append((begin, read_window(start, end, verdict, inputs[i][1])))
        return [read_passage(p) for p in parts]

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[Reading, str]]:
        """Read (question, passage) texts and return readings with the answers' texts."""
        encode = self.tokenizer.encode_batch
        questions = encode([q for q, _ in pairs], add_special_tokens=False)
        passages = encode([p for _, p in pairs], add_special_tokens=False)
        readings = self.read_pieces(
            [(q.ids, p.ids) for q, p in zip(questions, passages, strict=True)],
        )
        found = []
        for reading, pieces, (_, text) in zip(readings, passages, pairs, strict=True):
            empty = reading.last < reading.first
            answer = (
                ""
                if empty
                else text[pieces.offsets[reading.first][0] : pieces.offsets[reading.last][1]]
            )
            found.append((reading, answer))
        return found
