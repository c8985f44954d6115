"""Where sources differ, over invented texts, with the real models."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.embedding import open_embedder
from rag.indexing import update_index
from rag.pipeline import open_pipeline
from rag.settings import Settings
from rag.store.embedded import EmbeddedStore

SOURCES = Path(__file__).parents[1] / "eval" / "gold" / "sources"
TOPICS = ("earthquake", "peacekeepers", "river-commission", "satellites")
DIFFERENT = {
    "How many people live in the basin of the Ombrel?": {"61 million", "54 million"},
    "In which year was the Ombrel River Commission founded?": {"1971", "1973"},
    "What was the magnitude of the Upper Ambra earthquake of 24 March 2017?": {"6.8", "7.1"},
    "How many people died in the Upper Ambra earthquake of 2017?": {"1,163", "1,340"},
    "How many troops did MISOUA have at the end of January 2021?": {"7,450", "8,100"},
    "What post does Helga Strand-Moreau hold at Aurivane?": {
        "Chief Executive",
        "Director of Programmes",
    },
    "Where is the mission centre of Aurivane?": {"Keldorf", "Brunnau"},
}
TOLD = 5
"""Of them, at least; the others' values are only in the answer."""
ALIKE = (
    "Where does the Ombrel River Commission have its seat?",
    "How long is the Ombrel?",
    "How many satellites does the first Aurivane constellation have?",
    "How high do the Aurivane satellites fly?",
    "What was the strength of the aftershock in Upper Ambra?",
    "Who chaired the Ombrel River Commission in 2023?",
)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    index, settings = tmp_path_factory.mktemp("index") / "sources", Settings()
    files = [path for path in sorted(SOURCES.iterdir()) if path.name.startswith(TOPICS)]
    store = EmbeddedStore(index)
    update_index(store, files, settings, open_embedder(settings.embedding))
    store.close()
    return open_pipeline(index)


def test_values_that_differ_are_told_with_the_quotes_that_give_them(pipeline):
    told = 0
    for question, values in DIFFERENT.items():
        answer = pipeline.ask(question)
        for found in answer.disagreements:
            told += 1
            for position in found.positions:
                assert any(value in position.value for value in values), question
                quotes = [answer.citations[number - 1].quote for number in position.citations]
                assert all(position.value in quote for quote in quotes)
            assert len({answer.citations[p.citations[0] - 1].document for p in found.positions}) > 1
    assert told >= TOLD


@pytest.mark.parametrize("question", ALIKE)
def test_what_sources_agree_on_is_no_disagreement(pipeline, question):
    assert pipeline.ask(question).disagreements == ()
