"""Nearest vectors with FAISS: all of them looked at while they are few, lists of near ones beyond.

The exact type is made when an index is opened, by copying the stored rows. The approximate type is
a file: inverted lists of quantised vectors, which name candidates; these are scored anew with the
stored rows. Either is made from the stored vectors alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.store.protocol import Scored
from rag.store.vectors import ROWS_A_BLOCK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rag.store.sentence_vectors import Vector
    from rag.store.vectors import Integers, StoredVectors

FILE_NAME = "vectors.faiss"
EXACT_UP_TO_PASSAGES = 50_000
"""Beyond, looking at every vector takes longer than the rest of a search."""
PROBED_LISTS = 256
CANDIDATES_A_PASSAGE = 16
"""Candidates that the lists name for each passage asked for, to be scored exactly."""
EXHAUSTIVE_SHARE = 0.25
"""Where the candidates would be a larger part of all passages, all are scored."""
SCORED_ROWS = 20_000
"""A filter that leaves this many passages or fewer is answered by scoring all of them."""
VECTORS_A_LIST = 48
"""For training the lists."""


class DenseIndex:
    """The vectors of a generation, open for searching."""

    def __init__(self, stored: StoredVectors, lists: Path | None) -> None:
        """Open the approximate type from the file *lists*, or make the exact one."""
        self.stored = stored
        self._approximate = lists is not None
        self._faiss = read_lists(lists) if lists else _exact(stored)

    def __len__(self) -> int:
        return int(self._faiss.ntotal)

    def search(self, vector: Vector, count: int, documents: Sequence[int] | None) -> list[Scored]:
        """Return the best chunks by inner product, best first, equal ones by identifier.

        Args:
            vector: Shape (dimension,).
            count: How many at most.
            documents: Rows of the documents to search in; None means all.
        """
        stored = self.stored
        rows = None if documents is None else rows_in(stored, documents)
        searched = len(stored) if rows is None else len(rows)
        if searched == 0:
            return []
        if rows is not None and searched <= SCORED_ROWS:
            candidates = rows
        elif not self._approximate:
            return self._exact_search(vector, min(count, searched), rows)
        elif count * CANDIDATES_A_PASSAGE > EXHAUSTIVE_SHARE * searched:
            candidates = np.arange(len(stored)) if rows is None else rows
        else:
            candidates = self._candidates(vector, count, rows)
        return best(stored.chunks[candidates], stored.scores(vector, candidates), count)

    def _exact_search(self, vector: Vector, count: int, rows: Integers | None) -> list[Scored]:
        import faiss

        options: dict[str, Any] = {}
        if rows is not None:
            options["params"] = faiss.SearchParameters(  # type: ignore[call-arg]
                sel=_selector(rows, len(self.stored))
            )
        scores, found = self._faiss.search(vector[np.newaxis], count, **options)
        return best(self.stored.chunks[found[0]], scores[0], count)

    def _candidates(self, vector: Vector, count: int, rows: Integers | None) -> Integers:
        """Return rows that the lists nearest to *vector* hold, in ascending order.

        With a filter as many more lists are looked at as it leaves fewer passages in each.
        """
        import faiss

        stored, options, probes = self.stored, {}, PROBED_LISTS
        if rows is not None:
            probes = math.ceil(probes * len(stored) / len(rows))
            options["sel"] = _selector(stored.chunks[rows], int(stored.chunks[-1]) + 1)
        parameters = faiss.SearchParametersIVF(  # type: ignore[call-arg]
            nprobe=min(probes, self._faiss.nlist), **options
        )
        wanted = count * CANDIDATES_A_PASSAGE
        _, found = self._faiss.search(vector[np.newaxis], wanted, params=parameters)
        return np.sort(stored.rows_of(found[0][found[0] >= 0]))


def write_lists(
    path: Path, stored: StoredVectors, before: Path | None, gone: Integers, first_new: int
) -> None:
    """Write the approximate type for *stored*.

    Lists that were made for a quarter to four times as many vectors are kept and updated; others
    are made anew.

    Args:
        path: Where to.
        stored: All vectors.
        before: The file of the generation before, if it had one.
        gone: Chunks that it holds and that are no longer there.
        first_new: The first row that it does not hold.
    """
    import faiss

    lists = read_lists(before) if before else None
    ideal = 4 * math.sqrt(len(stored))
    if lists is None or not ideal / 2 <= lists.nlist <= 2 * ideal:
        lists, first_new = trained_lists(stored, 2 ** round(math.log2(ideal))), 0
    elif len(gone):
        lists.remove_ids(faiss.IDSelectorBatch(gone))
    for rows, block in stored.blocks(np.arange(first_new, len(stored))):
        lists.add_with_ids(block, stored.chunks[rows])
    faiss.write_index(lists, str(path))


def trained_lists(stored: StoredVectors, count: int) -> Any:
    """Return *count* empty lists, trained on some of the vectors, always the same ones.

    Product quantisation to 4 bits for every 4 numbers, laid out for comparing 32 codes at once
    (André et al. 2021, https://arxiv.org/abs/1812.09162).
    """
    import faiss

    numbers = next(size for size in (4, 3, 2, 1) if stored.dimension % size == 0)
    lists = faiss.index_factory(
        stored.dimension,
        f"IVF{count},PQ{stored.dimension // numbers}x4fs",
        faiss.METRIC_INNER_PRODUCT,
    )
    wanted = min(len(stored), max(count * VECTORS_A_LIST, ROWS_A_BLOCK))
    sample = np.random.default_rng(0).choice(len(stored), wanted, replace=False)
    lists.train(np.concatenate([block for _, block in stored.blocks(np.sort(sample))]))
    return lists


def read_lists(path: Path) -> Any:
    """Read the file that `write_lists` wrote."""
    import faiss

    return faiss.read_index(str(path))


def rows_in(stored: StoredVectors, documents: Sequence[int]) -> Integers:
    """Return the rows of vectors whose document is among *documents*, in ascending order."""
    if not len(stored):
        return np.empty(0, np.int64)
    chosen = np.zeros(int(stored.documents.max()) + 1, bool)
    known = np.asarray(documents, np.int64)
    chosen[known[known < len(chosen)]] = True
    return np.flatnonzero(chosen[stored.documents])


def best(chunks: Integers, scores: Vector, count: int) -> list[Scored]:
    """Return the *count* highest scores, best first, equal ones by identifier."""
    if count < len(scores):
        lowest = np.partition(scores, len(scores) - count)[len(scores) - count]
        kept = scores >= lowest
        chunks, scores = chunks[kept], scores[kept]
    order = np.lexsort((chunks, -scores))[:count]
    return [
        Scored(chunk, score)
        for chunk, score in zip(chunks[order].tolist(), scores[order].tolist(), strict=True)
    ]


def _exact(stored: StoredVectors) -> Any:
    """Return a FAISS index over the stored rows; its codes are their bytes as they are."""
    import faiss

    index = faiss.IndexScalarQuantizer(
        stored.dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    rows = stored.stored(np.arange(len(stored)))
    faiss.copy_array_to_vector(rows.view(np.uint8).ravel(), index.codes)
    index.ntotal = len(stored)
    return index


def _selector(chosen: Integers, size: int) -> Any:
    """Return a selector of some numbers below *size*."""
    import faiss

    marked = np.zeros(size, bool)
    marked[chosen] = True
    return faiss.IDSelectorBitmap(np.packbits(marked, bitorder="little"))  # type: ignore[call-arg, arg-type]
