"""The Discord front end: events in, :mod:`bot.studio` calls; made works out, messages.

``app`` runs the client, ``commands`` builds the command tree from the catalogue, ``asking``
takes a request to its acknowledgement, ``poster`` shows what was made, ``buttons`` and
``reactions`` bring the votes back. Nothing here outlives the process: what must is in the row
(:mod:`bot.discord.place`) or in a button's custom id.
"""
