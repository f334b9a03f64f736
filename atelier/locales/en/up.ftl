### `atelier up`.

up-starting = Starting the studio…
up-ready = The studio is open ({ $seconds } s).
up-web = Web page: { $address }
up-off = { $part } is off: set { $name } to switch it on.
up-stop = Ctrl-C stops everything.
up-stopping = Stopping: front ends, workers, Redis…
up-stopped = Everything is stopped.
up-killed = { $part } did not stop in time and was ended.
up-ready-part = { $part }: ready after { $seconds } s.
up-died = { $part } ended unexpectedly ({ $end }); it starts again in { $pause } s.
up-signal = signal { $number }
up-down = { $part } stays down until this is mended, the others go on: { $why }
up-already = A studio is running in { $home } already (process { $pid }). Stop that one first, or set ATELIER_HOME to another folder.
up-home = The folder { $home } cannot be used ({ $why }): set ATELIER_HOME to one that can be written.

up-part-redis = Redis
up-part-paint = Painter
up-part-poem = Poet
up-part-melody = Composer
up-part-train = Trainer
up-part-web = Web page
up-part-discord = Discord
up-part-telegram = Telegram
