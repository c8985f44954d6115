"""English wording for follow-up questions: inflection, clauses, what was mentioned, pronouns.

lexicon.py   word lists and regular inflection
clauses.py   a question taken apart, and put together as a statement or a noun phrase
mentions.py  what a conversation is about
pronouns.py  pronouns replaced by what they stand for
"""
