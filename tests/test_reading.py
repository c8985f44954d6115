"""The bundled reader, with its real weights."""

from __future__ import annotations

import itertools
import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.embedding import open_embedder
from rag.errors import ModelError
from rag.reading import READER_FOLDER, FootnoteReader, open_reader
from rag.settings import EmbeddingSettings, ReadingSettings
from rag.types import Span

SEAT = (
    "The alliance was announced in Riyadh on 15 December 2015. Its headquarters were opened in "
    "November 2017. General Raheel Sharif became its first commander."
)
OTHER = (
    "Bread is baked from flour, water, salt and yeast. It has been eaten for thousands of years."
)


@pytest.fixture(scope="module")
def reader() -> FootnoteReader:
    return open_reader()


def test_spans_are_marked_in_characters_of_the_passage(reader):
    seat, other = reader.read("Who was the first commander of the alliance?", [SEAT, OTHER])
    assert "Raheel Sharif" in seat.text
    assert SEAT[seat.start : seat.end] == seat.text
    assert OTHER[other.start : other.end] == other.text
    assert seat.answerable > 0.5 > other.answerable
    assert seat.score > other.score


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When was the alliance announced?", "15 December 2015"),
        ("Where was the alliance announced?", "Riyadh"),
        ("Who became its first commander?", "Raheel Sharif"),
    ],
)
def test_plain_facts_are_read(reader, question, answer):
    [reading] = reader.read(question, [SEAT])
    assert answer in reading.text


def test_there_is_one_reading_a_passage_whatever_its_length(reader):
    long = " ".join(f"Filler sentence number {n} says nothing." for n in range(300))
    passages = ["", "x", long + " " + SEAT, SEAT, "🙂 é ع " + SEAT]
    readings = reader.read("Who was the first commander of the alliance?", passages)
    assert len(readings) == 5
    for passage, reading in zip(passages, readings, strict=True):
        assert passage[reading.start : reading.end] == reading.text
        assert 0 <= reading.answerable <= 1
    assert "Raheel Sharif" in readings[2].text
    assert reader.read("Who?", []) == []


def test_each_sentence_has_its_own_best_span(reader):
    cuts = [0, SEAT.index("Its"), SEAT.index("General"), len(SEAT)]
    sentences = [Span(start, end) for start, end in itertools.pairwise(cuts)]
    [reading] = reader.read_sentences("Who was the first commander?", [SEAT], [sentences])
    assert len(reading.sentences) == 3
    for sentence, found in zip(sentences, reading.sentences, strict=True):
        assert sentence.contains(found.span)
    best = max(reading.sentences, key=lambda item: item.answerable)
    assert best is reading.sentences[2]
    assert best.answerable == pytest.approx(reading.best.answerable, abs=1e-6)


def test_a_reading_does_not_depend_on_its_neighbours(reader):
    question = "When was the alliance announced?"
    [alone] = reader.read(question, [SEAT])
    together = reader.read(question, [OTHER, SEAT, OTHER + OTHER])[1]
    assert together.text == alone.text
    assert together.answerable == pytest.approx(alone.answerable, abs=0.05)


def test_changed_weights_are_refused(tmp_path):
    folder = shutil.copytree(READER_FOLDER, tmp_path / "reader")
    content = bytearray((folder / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match="changed or damaged"):
        FootnoteReader(folder)


def test_no_reader_and_unknown_ones_are_named(tmp_path):
    with pytest.raises(ModelError, match="none"):
        open_reader(ReadingSettings(reader="none"))
    with pytest.raises(ModelError, match="no-such-reader"):
        open_reader(ReadingSettings(reader=str(tmp_path / "no-such-reader")))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_openvino_gives_the_logits_of_torch(reader):
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file
    from transformers import BertConfig, BertModel

    config = BertConfig(**json.loads((READER_FOLDER / "config.json").read_text()))
    tensors = load_file(READER_FOLDER / "model.safetensors")
    model = BertModel(config, add_pooling_layer=False).eval().float()
    own = {
        name.removeprefix("bert."): tensor.float()
        for name, tensor in tensors.items()
        if name.startswith("bert.")
    }
    model.load_state_dict(own, strict=False)
    [window] = reader._windows("When was the alliance announced?", [SEAT])
    types = [int(place >= window.first) for place in range(len(window.ids))]
    with torch.inference_mode():
        hidden = model(
            input_ids=torch.tensor([window.ids]), token_type_ids=torch.tensor([types])
        ).last_hidden_state
    expected = hidden @ tensors["qa_outputs.weight"].float().T + tensors["qa_outputs.bias"].float()
    [(start, end, _)] = reader._run([window])
    assert start == pytest.approx(expected[0, :, 0].numpy(), abs=0.35)  # bfloat16
    assert end == pytest.approx(expected[0, :, 1].numpy(), abs=0.35)
    assert int(start.argmax()) == int(expected[0, :, 0].argmax())


def test_threads_may_read_and_embed_at_once(reader):
    embedder = open_embedder(EmbeddingSettings())
    question = "When was the alliance announced?"
    expected = [reading.text for reading in reader.read(question, [SEAT, OTHER])]
    vector = embedder.embed([question]).tobytes()

    def work(_: int) -> bool:
        texts = [reading.text for reading in reader.read(question, [SEAT, OTHER])]
        return texts == expected and embedder.embed([question]).tobytes() == vector

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(12)))
