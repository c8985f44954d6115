"""Write the tables of ``eval/README.md`` from the results of ``accuracy.py`` and ``speed.py``.

    python eval/benchmarks/tables.py [--results eval/results] [--page eval/README.md]

What stands between ``<!-- begin: NAME -->`` and ``<!-- end: NAME -->`` is replaced; the rest of the
page is left alone, and so is a table without results.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engines import DENSE, FOOTNOTE, LEXICAL, PLAIN, WITHOUT_READER
from pages import refresh, result, short, table
from tasks import READER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    Figures = Mapping[str, Mapping[str, Any]]
    Results = Mapping[tuple[str, str], Mapping[str, Any]]

OWN_SETS = {"seeds": "five texts", "corpus": "sample corpus", "sources": "sources"}
OWN_ROWS = (
    ("exact_quotes", "quotes that are exactly their document at their span", "1.000"),
    ("hit@5", "evidence among the first 5 of `rag search`", "0.92"),
    ("recall@5", "share of the evidence needed among the first 5", ""),
    ("shown_hit@5", "evidence among the first 5 that the answer lists", "0.92"),
    ("evidence_cited", "evidence cited in the answer", "0.80"),
    ("citation_precision_span", "citations of gold evidence", ""),
    ("short_answer_right", "short answer right (factual questions)", "0.80"),
    ("first_sentence_right", "gold answer in the first sentence (factual)", ""),
    ("answer_right", "gold answer in the answer (factual)", ""),
    ("words", "words of an answer", ""),
    ("refusal_precision", "refusal precision", "0.80"),
    ("refusal_recall", "refusal recall", "0.80"),
    ("refusal_f1", "refusal F1", "0.70"),
    ("handled", "evidence cited, or unanswerable and refused", ""),
    ("auroc", "AUROC of the confidence", ""),
    ("aurc", "area under risk and coverage (lower is better)", ""),
    ("calibration_error", "calibration error (lower is better)", ""),
    ("conflict_shown", "conflicts of which two sides are shown", ""),
    ("conflict_flagged", "conflicts told as a disagreement", ""),
    ("figures_shown", "conflicting figures and dates shown", "0.90"),
    ("false_alarm", "false alarms of disagreement (lower is better)", "0.05"),
)
WORDINGS = {"same": "same words as the text", "other": "other words"}
COMPARED = (FOOTNOTE, WITHOUT_READER, LEXICAL, DENSE, PLAIN)
COMPARED_ROWS = (
    ("hit@5", "evidence in first 5"),
    ("mrr", "MRR"),
    ("ndcg@10", "nDCG@10"),
    ("evidence_cited", "evidence cited"),
    ("answer_right", "gold answer in the answer"),
    ("words", "words"),
    ("refusal_f1", "refusal F1"),
)
RANKED = (FOOTNOTE, LEXICAL, DENSE, PLAIN)
RANKED_ROWS = (
    ("xquad: paragraphs", "hit@1", "XQuAD English, right one of 240 paragraphs first"),
    ("xquad: paragraphs", "hit@5", "the same, among the first 5"),
    ("scifact", "ndcg@10", "SciFact, nDCG@10"),
    ("hotpotqa", "hit@5", "HotpotQA-100, a needed page among the first 5"),
    ("hotpotqa", "all_hit@5", "both needed pages among the first 5"),
    ("hotpotqa", "all_hit@10", "both among the first 10"),
    ("sec 10-Q", "hit@5", "ten-Q PDFs, a needed report among the first 5 passages'"),
    ("sec 10-Q", "all_hit@10", "all needed reports among the first 10 passages' (of several)"),
)
ANSWER_ROWS = (
    ("first_sentence_right", "answer string in the first sentence"),
    ("answer_right", "answer string in the answer"),
    ("words", "words of an answer"),
    ("exact_match", "short answer, exact match"),
    ("token_f1", "short answer, F1"),
    ("over_refusal", "refused (lower is better)"),
)
READING_ROWS = (("xquad: reading", "XQuAD English"), ("policyqa: reading", "PolicyQA"))


def main(arguments: Sequence[str] | None = None) -> None:
    """Refresh every table that there are results for."""
    refresh(__doc__, arguments, _contents)


def _contents(results: Path) -> dict[str, str]:
    accuracy, speed = result(results, "accuracy"), result(results, "speed")
    accuracy = {name: task for name, task in accuracy.items() if task["limit"] is None}
    contents = {}
    if accuracy.keys() & OWN_SETS.keys():
        contents["own"] = own_tables(accuracy)
    if accuracy.keys() - OWN_SETS.keys():
        contents["public"] = public_tables(accuracy)
    if speed:
        contents["speed"] = speed_table(speed)
    return contents


def own_tables(accuracy: Mapping[str, Any]) -> str:
    """Return what was measured on our own questions, test split."""
    results = _results(accuracy)
    sets = [name for name in OWN_SETS if (f"{name}: test", FOOTNOTE) in results]
    counts = [results[f"{name}: test", FOOTNOTE]["metrics"]["coverage"] for name in sets]
    heads = [
        f"{OWN_SETS[name]} ({count['questions']} questions)"
        for name, count in zip(sets, counts, strict=True)
    ]
    rows = [
        [meaning, *(_cell(results, f"{s}: test", FOOTNOTE, metric) for s in sets), wanted]
        for metric, meaning, wanted in OWN_ROWS
    ]
    parts = [table(["test split", *heads, "wanted"], rows)]
    rows = [
        [
            f"{OWN_SETS[name]}, {part} split",
            *(_by_wording(results, name, part, w) for w in WORDINGS),
        ]
        for name in sets
        for part in ("development", "test")
    ]
    parts.append(table(["evidence among the first 5, by wording", *WORDINGS.values()], rows))
    for name in sets:
        rows = [
            [label, *(_cell(results, f"{name}: test", system, metric) for system in COMPARED)]
            for metric, label in COMPARED_ROWS
        ]
        parts.append(table([f"{OWN_SETS[name]}, test split", *COMPARED], rows))
    return "\n\n".join([*parts, _made_with(accuracy, OWN_SETS)])


def public_tables(accuracy: Mapping[str, Any]) -> str:
    """Return what was measured on public sets."""
    results = _results(accuracy)
    rows = [
        [label, *(_cell(results, data, system, metric) for system in RANKED)]
        for data, metric, label in RANKED_ROWS
        if (data, FOOTNOTE) in results
    ]
    parts = [table(["finding", *RANKED], rows)]
    rows = [
        [label, *(_cell(results, "xquad: answers", system, name) for system in (FOOTNOTE, PLAIN))]
        for name, label in ANSWER_ROWS
    ]
    counted = results.get(("xquad: answers", FOOTNOTE), {}).get("metrics", {})
    asked = counted.get("answer_right", {}).get("questions", 0)
    head = f"XQuAD, whole answers over 240 paragraphs ({asked} questions)"
    parts.append(table([head, FOOTNOTE, f"{PLAIN}: its 3 passages"], rows))
    rows = [
        [
            f"{label} ({results[data, READER]['metrics']['token_f1']['questions']} questions)",
            _cell(results, data, READER, "exact_match"),
            _cell(results, data, READER, "token_f1"),
        ]
        for data, label in READING_ROWS
        if (data, READER) in results
    ]
    parts.append(table(["the reader on the right passage", "exact match", "F1"], rows))
    names = [name for name in accuracy if name not in OWN_SETS]
    return "\n\n".join([*parts, _made_with(accuracy, names)])


def speed_table(speed: Mapping[str, Any]) -> str:
    """Return what was measured against the clock."""
    indexing, cold, warm = speed["indexing"], speed["cold_ask"], speed.get("warm", {})
    rows = [
        [
            f"indexing, paragraphs a second ({speed['passages']} of SQuAD)",
            f"{indexing['footnote_passages_per_second']:.1f}",
            f"{indexing['langchain_passages_per_second']:.1f}",
            f"{indexing['ratio']:.1f}",
            "3",
        ],
        [
            "one question as a whole process",
            f"{cold['footnote_seconds']:.1f} s",
            f"{cold['langchain_seconds']:.1f} s (search alone, no answer)",
            f"{cold['ratio']:.1f}",
            "4",
        ],
    ]
    for name, label, wanted in (
        ("search", "search, warm, median", "10 ms"),
        ("ask", "ask with the reader, warm, median", "150 ms"),
    ):
        if f"{name}_p50_ms" in warm:
            place = f"{label} ({speed['warm_passages']:,} paragraphs)"
            rows.append([place, f"{warm[f'{name}_p50_ms']:.0f} ms", "", "", wanted])
    ratios = table(["", "Footnote", "langchain", "ratio", "wanted"], rows)
    cores = speed["machine"]["cores"]
    return f"{ratios}\n\nMeasured at commit {short(speed['commit'])} on {cores} cores."


def _results(accuracy: Mapping[str, Any]) -> Results:
    return {
        (item["set"], item["system"]): item
        for task in accuracy.values()
        for item in task["measured"]
    }


def _cell(results: Results, data: str, system: str, name: str) -> str:
    return _figure(results.get((data, system), {}).get("metrics", {}).get(name))


def _by_wording(results: Results, name: str, part: str, wording: str) -> str:
    found = results.get((f"{name}: {part}", FOOTNOTE), {}).get("by_wording", {})
    return _figure(found.get(wording, {}).get("hit@5"))


def _figure(metric: Mapping[str, float | None] | None) -> str:
    """Return "0.79 (0.66-0.91)"; three decimals where rounding to two would hide a miss."""
    if metric is None or (value := metric["value"]) is None:
        return ""
    low, high = metric["low"], metric["high"]
    if value > 1:
        return f"{value:.0f}"
    digits = 3 if value > 0.95 or low is None or low == high else 2  # noqa: PLR2004
    if low is None or high is None or low == high:
        return f"{value:.{digits}f}"
    return f"{value:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def _made_with(accuracy: Mapping[str, Any], names: Iterable[str]) -> str:
    """Return where figures come from, the sets of each commit and settings together."""
    made: dict[tuple[str, str, str], list[str]] = {}
    seconds = 0
    for name in names:
        task = accuracy.get(name)
        if task is not None:
            key = (short(task["commit"]), task["settings_sha256"][:8], task["date"])
            made.setdefault(key, []).append(name)
            seconds += task["seconds"]
    lines = [
        f"{', '.join(found)}: commit {commit}, settings {settings}, {date}"
        for (commit, settings, date), found in made.items()
    ]
    return f"Measured in {max(1, round(seconds / 60))} minutes. {'; '.join(lines)}."


if __name__ == "__main__":
    main()
