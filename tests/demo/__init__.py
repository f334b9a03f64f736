"""``make demo``: whole conversations on the two fake chats, written down as pages with their pictures.

``atelier up`` serves them with the models that ship; :mod:`~tests.demo.on_discord` and
:mod:`~tests.demo.on_telegram` are what people do, :mod:`~tests.demo.book` writes down what they see.
"""
