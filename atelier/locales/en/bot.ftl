### What the bot says around a work.

asked-paint = 🎨 Painting { $prompt }.
asked-poem = 📜 Writing about { $prompt }.
asked-melody = 🎵 Composing { $prompt }.
place-next = You are next.
place = You are number { $place } in the queue.
being-made = It is being made now…
quoted = “{ $prompt }”
made-by = { $version }, seed { $seed }
alt = A picture made by a machine for “{ $prompt }”
music = { $key } { $mode }, { $meter }, { $tempo } quarter notes a minute, { $bars } bars
mode-major = major
mode-minor = minor
button-again = Again
work-unknown = I do not know that work any more: it may have been deleted.
voted-liked = Thank you, noted 👍
voted-disliked = Thank you, noted 👎
said-count = { $value } pictures
said-acrostic = acrostic of { $value }
said-key = in { $value }
said-tempo = { $value } quarter notes a minute
said-length = { $value } bars
listed-waiting = being made
listed-nothing = not made
