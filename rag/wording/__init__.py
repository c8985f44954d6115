"""English wording for follow-up questions.

lexicon.py      word lists, and the forms of verbs
clauses.py      a question taken apart
phrasing.py     and put together again: as another question, a statement or a noun phrase
kinds.py        what a name or noun phrase denotes
mentions.py     what each turn of a conversation spoke of
context.py      the conversation as a follow-up question sees it
antecedents.py  whether a pronoun stands for something outside its question
pronouns.py     pronouns replaced
references.py   "the second one", "which of them", "this treaty"
ellipsis.py     "and Iran?", "and when did it join?"
rewriting.py    which of these a question needs
"""
