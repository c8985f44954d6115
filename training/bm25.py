"""A plain BM25 index over paragraphs, for hard negatives and for the passage choice test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from corpus import STOP, WORD

if TYPE_CHECKING:
    from collections.abc import Sequence

_K1, _B = 1.2, 0.75


def _terms(text: str) -> list[str]:
    return [w for w in WORD.findall(text.lower()) if w not in STOP]


class Index:
    """BM25 weights of every term in every text."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Index the texts."""
        self.words: dict[str, int] = {}
        rows, cols, lengths = [], [], []
        for row, text in enumerate(texts):
            terms = _terms(text)
            lengths.append(len(terms))
            cols += [self.words.setdefault(t, len(self.words)) for t in terms]
            rows += [row] * len(terms)
        shape = (len(texts), len(self.words))
        counts = csr_matrix((np.ones(len(rows), np.float32), (rows, cols)), shape=shape)
        counts.sum_duplicates()
        seen = np.bincount(counts.indices, minlength=shape[1])
        idf = np.log(1 + (shape[0] - seen + 0.5) / (seen + 0.5))
        mean = max(float(np.mean(lengths)), 1.0)
        norm = _K1 * (1 - _B + _B * np.asarray(lengths) / mean)
        per_row = np.repeat(norm, np.diff(counts.indptr))
        counts.data = idf[counts.indices] * counts.data * (_K1 + 1) / (counts.data + per_row)
        self.weights = counts.T.tocsr()

    def scores(self, queries: Sequence[str]) -> np.ndarray:
        """Return the BM25 scores, queries by texts."""
        rows, cols = [], []
        for row, query in enumerate(queries):
            known = [self.words[t] for t in _terms(query) if t in self.words]
            rows += [row] * len(known)
            cols += known
        shape = (len(queries), len(self.words))
        asked = csr_matrix((np.ones(len(rows), np.float32), (rows, cols)), shape=shape)
        return np.asarray((asked @ self.weights).todense())

    def top(self, queries: Sequence[str], count: int, chunk: int = 500) -> list[np.ndarray]:
        """Return the row numbers of the best texts for each query, best first."""
        best: list[np.ndarray] = []
        for at in range(0, len(queries), chunk):
            scores = self.scores(queries[at : at + chunk])
            for row in scores:
                part = np.argpartition(-row, min(count, len(row) - 1))[:count]
                best.append(part[np.lexsort((part, -row[part]))])
        return best
