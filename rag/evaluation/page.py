"""The page that a report is poured into: one file, no network, a little script."""

from __future__ import annotations

from string import Template

PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>Footnote: measured answers</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2933; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } td, th { padding: .3rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid #e4e7eb; }
thead th { border-bottom: 2px solid #9aa5b1; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.plots { display: flex; flex-wrap: wrap; gap: 1rem; } .plots svg { max-width: 100%; height: auto; }
.controls { display: flex; flex-wrap: wrap; gap: .8rem; margin: .8rem 0; } .controls input, .controls select { font: inherit; padding: .25rem .4rem; }
.controls input[type=search] { min-width: 20rem; } dl { display: grid; grid-template-columns: max-content auto; gap: .1rem 1rem; } dd { margin: 0; overflow-wrap: anywhere; }
.tag { display: inline-block; background: #fde8d7; border-radius: .3rem; padding: 0 .4rem; margin: 0 .3rem .2rem 0; } .muted { color: #52606d; } tr[hidden] { display: none; }
@media (prefers-color-scheme: dark) { body { background: #14181d; color: #e4e7eb; } .plots svg { background: #fff; border-radius: .4rem; } .tag { background: #5c3b1e; } .muted { color: #9aa5b1; } td, th { border-color: #323f4b; } }
</style>
</head>
<body>
<h1>Footnote: measured answers</h1>
$about
<h2>Figures</h2>
<p class="muted">95 % percentile bootstrap intervals over questions, $resamples resamples. Yes-or-no scores are shares of the questions in the last column.</p>
$figures
<h2>Plots</h2>
<div class="plots">$plots</div>
<h2>By kind of question</h2>
$kinds
<h2>Questions</h2>
<div class="controls">
<label>Search <input type="search" id="words"></label>
<label>Kind <select id="kind"><option value="">all</option>$kind_options</select></label>
<label>Problem <select id="problem"><option value="*">any problem</option><option value="">all questions</option>$problem_options</select></label>
<output id="shown" aria-live="polite"></output>
</div>
$questions
<script>
const rows = [...document.querySelectorAll("#questions tbody tr")];
const control = (name) => document.getElementById(name);
function filter() {
  const words = control("words").value.toLowerCase(), kind = control("kind").value, problem = control("problem").value;
  let shown = 0;
  for (const row of rows) {
    const problems = row.dataset.problems ? row.dataset.problems.split("|") : [];
    const fits = (!kind || row.dataset.kind === kind) && row.textContent.toLowerCase().includes(words)
      && (problem === "" || (problem === "*" ? problems.length > 0 : problems.includes(problem)));
    row.hidden = !fits;
    shown += fits;
  }
  control("shown").textContent = shown + " of " + rows.length + " questions";
}
for (const name of ["words", "kind", "problem"]) control(name).addEventListener("input", filter);
filter();
</script>
</body>
</html>
""")
