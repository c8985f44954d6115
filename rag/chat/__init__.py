"""The chat behind ``app.py``: what the page remembers, how it is drawn, and its assets.

    page.py         the components and which event calls what
    asking.py       a question to a drawn answer, streamed
    sources.py      a document around a quote
    turns.py        questions and answers as HTML
    suggestions.py  questions to begin with, drawn from the documents
    drawing.py      templates, with everything from documents made harmless
    serving.py      the local server: nothing leaves the machine
    templates/      HTML (Jinja, escaped by default)
    assets/         style sheet and scripts

No retrieval happens here; every answer comes from `rag.pipeline`.
"""
