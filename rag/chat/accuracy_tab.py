"""The tab with the accuracy: measuring on gold questions, looking at runs, comparing two."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - Gradio reads the hints of handlers
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.chat.asking import explained
from rag.chat.drawing import drawn
from rag.chat.events import PRIVATE, data_of, html, notice_html
from rag.chat.exporting import Download
from rag.chat.figures import comparison_html, run_html, runs_html
from rag.chat.measuring import Measuring
from rag.chat.progress import CancelledError, Progress, followed, run_with_progress
from rag.chat.runs import GoldFiles, Runs
from rag.chat.scope import Scope  # noqa: TC001 - Gradio reads the hints of handlers
from rag.evaluation.comparison import compare
from rag.evaluation.labels import Split
from rag.evaluation.report import report_html

if TYPE_CHECKING:
    from rag.chat.engine import Engine

Drawn = tuple[Any, ...]


class AccuracyTab:
    """Lays out the tab and answers its events."""

    def __init__(self, engine: Engine, folder: Path | None) -> None:
        """Measure *engine*; keep runs and gold files below *folder*."""
        self.engine = engine
        self.runs = Runs(folder)
        self.gold = GoldFiles(folder)
        self.measuring = Measuring(engine, self.runs)
        with gr.Row(elem_id="accuracy"):
            with gr.Column(elem_id="accuracy-side", min_width=0):
                self.form = html(self._form(), elem_id="measure")
                self.upload = gr.UploadButton(
                    "Add a gold file",
                    file_types=[".jsonl"],
                    elem_id="gold-upload",
                    size="sm",
                    visible=folder is not None,
                )
                self.progress = html("", elem_id="measure-progress")
                self.list = html("", elem_id="runs")
            with gr.Column(elem_id="accuracy-main", min_width=0):
                self.result = html("", elem_id="run")
        self.download = html("", elem_id="run-download")

    def wire(self, bridge: Any, tab: gr.Tab, scope: gr.State, notice: Any) -> None:
        """Connect the events that arrive at *bridge*."""
        shown = [self.form, self.progress, self.list, self.result, notice]
        tab.select(self.open, None, shown, **PRIVATE)
        self.upload.upload(self.add_gold, self.upload, [self.form, notice], **PRIVATE)
        bridge.measure(self.measure, scope, shown, **PRIVATE)
        bridge.stop(self.measuring.cancel, None, None, **PRIVATE)
        bridge.show(self.show, None, [self.list, self.result, notice], **PRIVATE)
        bridge.forget(self.forget, None, [self.list, self.result, notice], **PRIVATE)
        bridge.compare(self.compare, None, [self.list, self.result, notice], **PRIVATE)
        bridge.report(self.report, None, [self.download, notice], **PRIVATE)

    def open(self) -> Iterator[Drawn]:
        """Draw the tab with the latest run, and follow a measurement that is under way."""
        yield from self._whole()
        if self.measuring.progress is not None:
            for progress in followed(self.measuring):
                yield gr.skip(), _progress(progress), gr.skip(), gr.skip(), gr.skip()
            yield from self._whole()

    def measure(self, scope: Scope, event: gr.EventData) -> Iterator[Drawn]:
        """Measure on a gold file and show how far that is, then the run."""
        data = data_of(event)
        try:
            path = self.gold.path(str(data.get("gold", "")))
            split = str(data.get("split", ""))
            for step in run_with_progress(
                lambda: self.measuring.measure(path, split, scope.settings), self.measuring
            ):
                if isinstance(step, Progress):
                    yield gr.skip(), _progress(step), gr.skip(), gr.skip(), ""
                else:
                    yield gr.skip(), "", self._list(step), self._run(step), ""
        except CancelledError:
            yield gr.skip(), "", gr.skip(), gr.skip(), notice_html("Cancelled; no run was kept.")
        except Exception as error:  # noqa: BLE001 - a page shows a sentence, never a traceback
            yield gr.skip(), "", gr.skip(), gr.skip(), notice_html(explained(error), bad=True)

    def add_gold(self, file: str) -> tuple[Any, str]:
        """Keep a gold file that somebody added."""
        try:
            name = self.gold.add(Path(file))
        except Exception as error:  # noqa: BLE001 - a page shows a sentence, never a traceback
            return gr.skip(), notice_html(explained(error), bad=True)
        return self._form(name), notice_html("The gold file is in order and was added.")

    def show(self, event: gr.EventData) -> Drawn:
        """Show one run."""
        return self._result(lambda data: (self._list(data["run"]), self._run(data["run"])), event)

    def forget(self, event: gr.EventData) -> Drawn:
        """Delete one run and show the latest of the others."""

        def deleted(data: dict[str, str]) -> tuple[str, str]:
            self.runs.delete(data["run"])
            latest = next((run.identifier for run in self.runs.listed()), None)
            return self._list(latest), self._run(latest)

        return self._result(deleted, event)

    def compare(self, event: gr.EventData) -> Drawn:
        """Compare two runs."""

        def compared(data: dict[str, str]) -> tuple[str, str]:
            runs = self.runs.run(data["before"]), self.runs.run(data["run"])
            found = compare(*(run.evaluation for run in runs))
            return self._list(data["run"]), comparison_html(*runs, found)

        return self._result(compared, event)

    def report(self, event: gr.EventData) -> tuple[str, str]:
        """Hand a run to the browser as a file: the report, or its JSON."""
        data = data_of(event)
        identifier = str(data.get("run", ""))
        try:
            if data.get("form") == "json":
                name, kind = f"run-{identifier}.json", "application/json"
                text = self.runs.text(identifier)
            else:
                name, kind = f"report-{identifier}.html", "text/html"
                text = report_html(self.runs.run(identifier).evaluation)
        except Exception as error:  # noqa: BLE001 - a page shows a sentence, never a traceback
            return "", notice_html(explained(error), bad=True)
        return Download(name, kind, text.encode()).html(), ""

    def _result(self, draw: Any, event: gr.EventData) -> Drawn:
        data = {key: str(value) for key, value in data_of(event).items()}
        try:
            listed, result = draw(data)
        except Exception as error:  # noqa: BLE001 - a page shows a sentence, never a traceback
            return gr.skip(), gr.skip(), notice_html(explained(error), bad=True)
        return listed, result, ""

    def _whole(self) -> Iterator[Drawn]:
        """Draw the list at once, and then the latest run, whose plots take a moment."""
        latest = next((run.identifier for run in self.runs.listed()), None)
        progress = self.measuring.progress
        shown = _progress(progress) if progress else ""
        yield self._form(), shown, self._list(latest), gr.skip(), ""
        yield gr.skip(), gr.skip(), gr.skip(), self._run(latest), gr.skip()

    def _form(self, gold: str = "") -> str:
        files = {name: title for name, (title, _) in self.gold.known().items()}
        return drawn("measure.html", files=files, gold=gold, splits=[item.value for item in Split])

    def _list(self, current: str | None) -> str:
        return runs_html(self.runs.listed(), self.engine.settings, current)

    def _run(self, identifier: str | None) -> str:
        if identifier is None:
            return drawn("no_run.html")
        return run_html(self.runs.run(identifier), self.runs.listed(), self.engine.settings)


def _progress(progress: Progress) -> str:
    return drawn("measure_progress.html", progress=progress)
