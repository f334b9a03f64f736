"""The front ends: one catalogue of commands, one studio that does them, one delivery of results.

``bot.discord``, ``bot.telegram`` and ``bot.web`` translate between a platform and these three.
"""
