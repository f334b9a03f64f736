"""The web page: a chat for people with neither Discord nor Telegram.

Its place in the journey: the page's own script asks through :mod:`bot.web.api`, a worker
makes the work, :mod:`bot.delivery` hands it to :class:`bot.web.feed.WebPoster`, and the feed
pushes it to the person's open pages as server-sent events. The row is the record: a page that
was closed meanwhile shows the work when it is opened again.
"""
