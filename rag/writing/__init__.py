"""Answers to files that people hand on: csv, xlsx, Markdown, Word, bibliographies.

    write_docx(answers, Path("answers.docx"), "Answers about the coalition")

Every format carries, where people see it, what `rag.verification` needs to check each quote again.
Whatever writes to a path writes beside it first and then takes its place as a whole.
"""

from rag.writing.word import write_docx

__all__ = ["write_docx"]
