"""Telegram, on python-telegram-bot: updates in, the studio asked, works shown where they were asked for.

:mod:`~bot.telegram.app` runs it all; :mod:`~bot.telegram.polling` fetches updates,
:mod:`~bot.telegram.commands`, :mod:`~bot.telegram.buttons` and :mod:`~bot.telegram.reactions`
answer them; :mod:`~bot.telegram.cards` has the one message that a work is acknowledged and
shown in, :mod:`~bot.telegram.poster` puts the work there.
"""

import os

# The client library's coming default: spans of time are timedeltas, not numbers.
os.environ.setdefault("PTB_TIMEDELTA", "true")
