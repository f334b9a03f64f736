"""The composer: from what a person asks to a tune that is heard, seen, printed and opened elsewhere.

On the way: :mod:`wishes` reads the request, :mod:`plan` lays out the phrases, :mod:`prior` draws
latents for each phrase, :mod:`network` turns latents into sixteenths, :mod:`faces` makes the files.
"""
