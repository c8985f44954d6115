"""Text to unit vectors."""

from __future__ import annotations

import hashlib
import threading
from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rag.errors import ModelError
from rag.models import BUNDLED, WEIGHTS_FILE, file_sha256, find_model, read_json
from rag.sentences import sentence_spans
from rag.terms import terms
from rag.word_pieces import batches_by_length, padded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rag.settings import EmbeddingSettings
    from rag.types import Chunk

    Vectors = np.ndarray[Any, np.dtype[np.float32]]

HASHING = "hashing"


class Embedder(Protocol):
    """Turns text into vectors of length 1, so that their inner product is a cosine."""

    fingerprint: str
    """Name and hash of the model: vectors of two fingerprints must never be compared."""
    dimension: int
    max_tokens: int
    """Word pieces that the model reads of a text; the rest would be dropped in silence."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of *texts*, shape (len(texts), dimension), float32."""

    def embed_with_sentences(self, chunks: Sequence[Chunk]) -> list[Vectors]:
        """Return the vectors of each passage and its sentences, as `rag.sentences` cuts them.

        The first row of each, shape (1 + sentences, dimension), is what `embed` returns of its
        `Chunk.embedded_text`. The headings are read but are no sentence.
        """

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text has, without the model's special ones."""


def open_embedder(settings: EmbeddingSettings) -> Embedder:
    """Return the embedder that *settings* name.

    Raises:
        ModelError: the model is missing, changed, or cannot be run by the backend asked for.
    """
    if settings.model == HASHING:
        return HashingEmbedder()
    folder = find_model(settings.model)
    if settings.backend == "sentence-transformers":
        return SentenceTransformersEmbedder(settings.model, folder)
    if folder is not None and (settings.backend == "openvino" or _is_mean_pooled_bert(folder)):
        return OpenVinoEmbedder(settings.model, folder)
    if settings.backend == "openvino":
        message = f"Expected {settings.model} to be a bundled model or a folder for openvino."
        raise ModelError(message)
    return SentenceTransformersEmbedder(settings.model, folder)


class OpenVinoEmbedder:
    """A BERT with mean pooling on the CPU, without importing torch."""

    def __init__(self, name: str, folder: Path, precision: str = "bf16") -> None:
        """Load the tokenizer; the model is compiled on first use.

        Args:
            name: What the fingerprint calls it.
            folder: Where its files are.
            precision: "bf16" where the processor has it, or "f32".
        """
        from tokenizers import Tokenizer

        self._folder = folder
        self._config = read_json(folder / "config.json")
        self.dimension = int(self._config["hidden_size"])
        self.max_tokens = _max_tokens(folder)
        self.fingerprint = _fingerprint(name, folder)
        self._counting = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._counting.no_truncation()
        self._counting.no_padding()
        self._cutting = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._cutting.enable_truncation(self.max_tokens)
        self._cutting.no_padding()
        self._lock = threading.Lock()  # one request computes one batch at a time
        self._precision = precision
        self._request: Any = None

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text has, without the model's special ones."""
        encodings = self._counting.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding) for encoding in encodings]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of *texts*, shape (len(texts), dimension), float32.

        Texts run in batches sorted by length, so that little is padded. A vector does not depend
        on what shares its batch, see `rag.word_pieces.ALIGNED_TOKENS`.
        """
        vectors = np.empty((len(texts), self.dimension), np.float32)
        encodings = self._cutting.encode_batch_fast(list(texts))
        for batch, outputs in self._computed([encoding.ids for encoding in encodings]):
            vectors[batch] = outputs[0]
        return vectors

    def embed_with_sentences(self, chunks: Sequence[Chunk]) -> list[Vectors]:
        """Return the vectors of each passage and its sentences; see `Embedder`.

        A sentence's vector is the mean over its own tokens, which the model read with the whole
        text before it: late chunking (Günther et al. 2024, https://arxiv.org/abs/2409.04701).
        They cost next to nothing and know what a pronoun stands for.
        """
        encodings = self._cutting.encode_batch([chunk.embedded_text for chunk in chunks])
        found: list[Vectors] = [np.empty((0, self.dimension), np.float32)] * len(chunks)
        for batch, outputs in self._computed([encoding.ids for encoding in encodings]):
            for row, index in enumerate(batch):
                pooled = _sentences_pooled(chunks[index], encodings[index].offsets, outputs[1][row])
                found[index] = np.stack([outputs[0][row], *pooled])
        return found

    def _computed(self, rows: list[list[int]]) -> Iterator[tuple[list[int], Any]]:
        """Yield the indexes of each batch of *rows* and what the graph makes of it."""
        if not rows:
            return
        with self._lock:
            request = self._compiled()
            for batch in batches_by_length([len(row) for row in rows]):
                ids, mask = padded([rows[index] for index in batch])
                yield batch, request.infer([ids, mask, np.zeros_like(ids)])

    def open(self) -> None:
        """Open the graph, which the first call of `embed` does otherwise."""
        with self._lock:
            self._compiled()

    def _compiled(self) -> Any:
        if self._request is None:
            from rag.compiled import open_graph

            identity = f"mean-pooled {self.fingerprint}"
            model = open_graph(identity, self._graph, precision=self._precision)
            self._request = model.create_infer_request()
        return self._request

    def _graph(self) -> Any:
        from openvino import Model

        from rag.bert import Weights, build_encoder

        encoder = build_encoder(Weights(self._folder / WEIGHTS_FILE), self._config)
        outputs = [_mean_pooled(encoder), encoder.hidden]
        return Model(outputs, encoder.inputs(), "embed")


class SentenceTransformersEmbedder:
    """Any model that sentence-transformers can load, on a GPU where there is one."""

    def __init__(self, name: str, folder: Path | None) -> None:
        """Load the model from *folder*, or by *name* from the local hub cache or the hub."""
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(str(folder) if folder else name)
        except Exception as error:
            message = (
                f"Expected an embedding model at {name!r}, but sentence-transformers cannot load "
                f"it: {error}. Give the path of a folder or a name that it knows."
            )
            raise ModelError(message) from error
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or 512)
        self.fingerprint = _fingerprint(name, folder) if folder else f"{name}@hub"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text has, without the model's special ones."""
        encoded = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of *texts*, shape (len(texts), dimension), float32."""
        if len(texts) == 0:
            return np.empty((0, self.dimension), np.float32)
        vectors = self._model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(vectors, np.float32)

    def embed_with_sentences(self, chunks: Sequence[Chunk]) -> list[Vectors]:
        """Return the vectors of each passage and its sentences, read alone; see `Embedder`."""
        return _each_alone(self, chunks)


class HashingEmbedder:
    """The plain reference: terms hashed into buckets. Needs no model; finds only shared words.

    The feature hashing of Weinberger et al. 2009, https://arxiv.org/abs/0902.2206.
    """

    dimension = 256
    max_tokens = 256
    fingerprint = "hashing@256"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many words each text has."""
        return [len(text.split()) for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of *texts*, shape (len(texts), dimension), float32."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for term in terms(text) or ["\0"]:
                digest = hashlib.blake2b(term.encode(), digest_size=8).digest()
                sign = 1.0 if digest[0] & 1 else -1.0
                vectors[row, int.from_bytes(digest[1:], "little") % self.dimension] += sign
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors[norms[:, 0] == 0, 0] = 1.0  # terms that cancelled each other out
        return (vectors / np.where(norms == 0, 1.0, norms)).astype(np.float32)

    def embed_with_sentences(self, chunks: Sequence[Chunk]) -> list[Vectors]:
        """Return the vectors of each passage and its sentences; see `Embedder`."""
        return _each_alone(self, chunks)


def _each_alone(embedder: Embedder, chunks: Sequence[Chunk]) -> list[Vectors]:
    """Embed each passage and each of its sentences as a text of its own."""
    if not chunks:
        return []
    parts = [
        [
            chunk.embedded_text,
            *(chunk.text[span.start : span.end] for span in sentence_spans(chunk.text)),
        ]
        for chunk in chunks
    ]
    vectors = embedder.embed([part for own in parts for part in own])
    return np.split(vectors, np.cumsum([len(own) for own in parts])[:-1])


def _sentences_pooled(
    chunk: Chunk, offsets: Sequence[tuple[int, int]], hidden: Vectors
) -> Iterator[Vectors]:
    """Yield the mean of *hidden*, (tokens, dimension), over each sentence, scaled to length 1.

    That of a sentence without a token, which the model does not read, is zero. *offsets* are of
    all tokens in characters of the embedded text; the first and the last are special ones.
    """
    starts = [start for start, _ in offsets[1:-1]]
    shift = len(chunk.embedded_text) - len(chunk.text)
    for span in sentence_spans(chunk.text):
        first = bisect_left(starts, shift + span.start)
        end = bisect_left(starts, shift + span.end)
        total = hidden[1 + first : 1 + end].sum(axis=0)
        yield total / np.linalg.norm(total) if first < end else total


def _mean_pooled(encoder: Any) -> Any:
    """Add the mean over a text's tokens, scaled to length 1, to the graph."""
    from rag.bert import import_operations

    ops = import_operations()
    mask = ops.unsqueeze(ops.convert(encoder.attention_mask, "f32"), ops.constant(np.array([2])))
    total = ops.reduce_sum(ops.multiply(encoder.hidden, mask), ops.constant(np.array([1])))
    return ops.normalize_l2(total, ops.constant(np.array([1])), 1e-12, "max")


def _is_mean_pooled_bert(folder: Path) -> bool:
    """Whether the folder holds a BERT whose sentence vector is the mean of its tokens."""
    pooling = folder / "1_Pooling" / "config.json"
    if not (folder / WEIGHTS_FILE).is_file() or not pooling.is_file():
        return False
    config = read_json(folder / "config.json")
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and bool(read_json(pooling).get("pooling_mode_mean_tokens"))
        and not (folder / "2_Dense").exists()
    )


def _max_tokens(folder: Path) -> int:
    declared = folder / "sentence_bert_config.json"
    limit = read_json(folder / "config.json").get("max_position_embeddings", 512)
    if declared.is_file():
        limit = min(limit, read_json(declared).get("max_seq_length") or limit)
    return int(limit)


def _fingerprint(name: str, folder: Path) -> str:
    if name in BUNDLED:
        return f"{name}@{BUNDLED[name].weights_sha256[:16]}"
    weights = folder / WEIGHTS_FILE
    if not weights.is_file():
        return f"{name}@unhashed"
    return f"{folder.name}@{file_sha256(weights)[:16]}"
