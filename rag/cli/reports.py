"""What ``index`` and ``verify`` report, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.presentation import counted, one_line, page_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.copying import CopyReport
    from rag.index_report import IndexReport
    from rag.quotes import CitationCheck
    from rag.store import SourceFile
    from rag.verification import AnswerCheck, VerificationReport


def index_report_lines(report: IndexReport, index: str, *, verbose: bool) -> list[str]:
    """Return what a run did, with every file's name if *verbose*."""
    lines = []
    skipped = {file.name for file in report.skipped}
    added = [name for name in report.added if name not in skipped]
    changed = [name for name in report.changed if name not in skipped]
    unchanged = report.unchanged - len(skipped - {*report.added, *report.changed})
    if verbose:
        for change, names in (("added", added), ("changed", changed), ("removed", report.removed)):
            lines += [f"{change}: {one_line(name)}" for name in names]
        stages = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in report.seconds.items())
        lines.append(f"Seconds: {stages}")
    lines.append(
        f"{one_line(index)}, generation {report.generation}: "
        f"{len(added)} added, {len(changed)} changed, "
        f"{len(report.removed)} removed, {unchanged} unchanged, "
        f"{len(skipped)} skipped; {counted(report.passages_embedded, 'passage')} embedded, "
        f"{report.passages_reused} reused; {report.seconds['total']:.1f} s"
    )
    return lines


def copy_report_line(report: CopyReport, source: str, target: str) -> str:
    """Return what a copy did, in one line."""
    rate = report.passages_copied / max(1e-9, report.seconds - report.seconds_checking)
    return (
        f"{one_line(source)} to {one_line(target)}, generation {report.generation}: "
        f"{counted(report.documents_copied, 'document')} and "
        f"{counted(report.passages_copied, 'passage')} copied ({rate:,.0f}/s), "
        f"{counted(report.documents_removed, 'document')} removed; "
        f"{counted(report.documents, 'document')} and {counted(report.passages, 'passage')} "
        f"are the same in both (SHA-256 {report.sha256[:16]}…); {report.seconds:.1f} s"
    )


def initialised_lines(
    address: str, readers: Sequence[str], writers: Sequence[str], made: Sequence[str]
) -> list[str]:
    """Return what was set up, and what is left to do."""
    lines = [f"{one_line(address)} is ready."]
    lines += [f"{one_line(role)} may read." for role in readers]
    lines += [f"{one_line(role)} may read and write." for role in writers]
    lines += [f"{one_line(role)} is new and has no password yet." for role in made]
    return lines


def skipped_lines(report: IndexReport, *, verbose: bool) -> list[str]:
    """Return a warning and a line for each skipped file, none when nothing was skipped."""
    if not report.skipped:
        return []
    return [
        f"warning: {counted(len(report.skipped), 'file')} skipped",
        *(_skipped_line(file, verbose=verbose) for file in report.skipped),
    ]


def reason_lines(reasons: Mapping[str, str]) -> list[str]:
    """Return a line for each file that could not be read, with what is wrong with it."""
    return [f"  {one_line(name)}: {one_line(reason)}" for name, reason in reasons.items()]


def verification_lines(report: VerificationReport, *, failures_only: bool = False) -> list[str]:
    """Return a line for each citation, more where it fails, and a summary."""
    lines: list[str] = []
    for answer in report.answers:
        if not (failures_only and answer.passed):
            lines += _answer_lines(answer, failures_only=failures_only)
    outcomes = ", ".join(f"{number} {name}" for name, number in report.outcomes.items() if number)
    citations = counted(sum(report.outcomes.values()), "citation")
    lines.append(
        f"{'passed' if report.passed else 'FAILED'}: {counted(len(report.answers), 'answer')}, "
        f"{citations}{f': {outcomes}' if outcomes else ''}; {report.failed} failed"
    )
    return lines


def _skipped_line(file: SourceFile, *, verbose: bool) -> str:
    line = f"  {one_line(file.name)}: {one_line(file.reason or '')}"
    return f"{line}: {one_line(file.message)}" if verbose and file.message else line


def _answer_lines(check: AnswerCheck, *, failures_only: bool) -> list[str]:
    name = check.answer.identifier or f"line {check.answer.line}"
    lines = [f"{one_line(name)}: {one_line(check.answer.question)}"]
    lines += [f"  FAILED: {one_line(problem)}" for problem in check.problems]
    for citation in check.citations:
        if not (failures_only and citation.passed):
            lines += _citation_lines(citation)
    return lines


def _citation_lines(check: CitationCheck) -> list[str]:
    verdict = check.outcome.value if check.passed else f"FAILED: {check.outcome.value}"
    where = ", ".join(
        part
        for part in (one_line(check.citation.document), page_label(check.citation.page))
        if part
    )
    lines = [f"  [{check.citation.number}] {verdict}: {where}: “{one_line(check.citation.quote)}”"]
    lines += [f"      {one_line(text)}" for text in (*check.problems, *check.notes)]
    if check.difference is not None:
        lines.append(f"      now: {one_line(check.difference)}")
    elif check.outcome.value == "moved" and check.span is not None:
        page = f", {page_label(check.page)}" if check.page else ""
        lines.append(f"      now at characters {check.span.start}-{check.span.end}{page}")
    return lines
