"""The poet: a small language model per language, and an automaton that keeps the form exact.

A request travels: topic words (``topic.py``) and a pattern of the form (``forms.py``) go to the
decoder (``decode.py``), which samples several candidates line by line, each line from its
rhyme word backwards, under the automaton's mask (``automaton.py``); the ranking (``rank.py``) picks one.
"""
