"""The painter: from the words of a request to pictures of 128 pixels, in one pass.

On the way: :mod:`wording` turns the options into words, :mod:`models.text` turns the words into
vectors, :mod:`network` turns noise and vectors into a latent and the latent into pixels,
:mod:`understand` says what was found in the words, :mod:`generate` holds it all together.
"""
