"""The prompt encoder: English and Chinese texts to vectors that lie near when they mean alike.

:mod:`tokens` hashes the pieces of words, :mod:`network` is the encoder, :mod:`encoder` serves it,
:mod:`packing` keeps its weights small. :mod:`train` distils it from an English sentence encoder that
is needed for training only; :mod:`material` gathers what it learns from.
"""
