### The web page.

web-title = Atelier
web-tagline = Pictures, poems and melodies from your words
web-welcome = What shall I make for you?
web-welcome-more = Say it in your own words, in English or Chinese. Here is a start:
web-language = Language
web-help = Help
web-close = Close
web-help-title = How to ask
web-help-options = Options
web-script = This page needs JavaScript to send what you ask.
web-skip = Skip to the text box

web-works = Your works
web-earlier = Show earlier works
web-new = New request
web-make = What to make
web-kind-paint = Picture
web-kind-poem = Poem
web-kind-melody = Melody
web-words = Your words
web-options = Options
web-clear = Clear options
web-any = any
web-send = Send
web-send-hint = Enter sends, Shift and Enter begins a new line.

web-yours = You asked
web-like = Like it
web-dislike = Do not like it
web-ready-paint = Your picture is ready: “{ $prompt }”
web-ready-poem = Your poem is ready: “{ $prompt }”
web-ready-melody = Your melody is ready: “{ $prompt }”
web-cancelled = This was cancelled.
web-play = Play “{ $title }”
web-file-mid = MIDI
web-file-abc = ABC notation

web-offline = The studio cannot be reached; trying again…
web-lost = The studio could not be reached, so nothing was sent. Please try again.
web-foreign = This request did not come from the studio's own page, so it was refused.
web-not-json = The studio did not understand that request: please reload the page and try again.
web-too-large = That is too much at once: a request may have { $limit } KiB at most.
web-too-fast = That was very fast: please wait a few seconds and try again.
web-no-cookie = Your browser did not send the studio's cookie: please allow cookies for this page and reload it.
web-nothing-here = There is nothing here.

web-port-taken = The web page cannot start: port { $port } on { $host } is taken. Set ATELIER_WEB_PORT to a free port, or stop the program that has it.
web-port-forbidden = The web page cannot start: this user may not open port { $port }. Set ATELIER_WEB_PORT to 1024 or more.
web-host-wrong = The web page cannot start: this machine has no address “{ $host }”. Set ATELIER_WEB_HOST to one it has, such as 127.0.0.1.
web-secret-unkept = The web page cannot keep its secret in { $path } ({ $why }): make the folder writable, or set ATELIER_WEB_SECRET.
