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
alt-styled = { $text } ({ $style })
setting-private-yes = Turn private replies on
setting-private-no = Turn private replies off
setting-learning-yes = Let models learn from me
setting-learning-no = Stop learning from me
alt-blended = { $text }, blended with { $others }
alt-score = The score of a melody made by a machine for “{ $prompt }”: { $music }.
music = { $key } { $mode }, { $meter }, { $tempo } { $beat ->
        [dotted] dotted quarter notes
       *[plain] quarter notes
    } a minute, { $bars } bars
played-on = on the { $instrument }
read-as = I took “{ $word }” as { $mood }
mode-major = major
mode-minor = minor
work-unknown = I cannot find that work any more. It may have been deleted.
voted-liked = Thank you, noted 👍
voted-disliked = Thank you, noted 👎
said-count = { $value } pictures
said-acrostic = acrostic “{ $value }”
said-key = in { $value }
said-tempo = { $value } quarter notes a minute
said-length = { $value } bars
listed-waiting = being made
listed-nothing = cancelled or failed
button-back = ← Back
button-newer = ← Newer
button-older = Older →
history-title = Your works, page { $page }:
history-empty = Nothing here yet. Ask for a picture, a poem or a melody, and you will find it here.
favourites-title = Your favourites, page { $page }:
favourites-empty = No favourites yet. Press ⭐ under a work to keep it here.
settings-text = Your settings. What you say in a request always comes first.
mydata-text = Here is everything I know about you: { $works ->
    [one] one work
   *[other] { $works } works
 }, { $votes ->
    [one] one vote
   *[other] { $votes } votes
 }, your settings and the files of your works.
mydata-left-out = { $number ->
    [one] One older file is not in it: there was no room, or it is gone.
   *[other] { $number } older files are not in it: there was no room, or they are gone.
 } data.json names what is left out. Open a work with /history and press 📎 for its files.
forgetme-ask = This erases { $works ->
    [one] one work
   *[other] { $works } works
 } with all words and files, { $votes ->
    [one] one vote
   *[other] { $votes } votes
 }, { $favourites ->
    [one] one favourite
   *[other] { $favourites } favourites
 } and your settings. I also delete my messages with your works, and no future training sees any of it. It cannot be undone. You may want /mydata first.
forgetme-button = Erase everything
forgetme-nothing = I know nothing about you, so there is nothing to erase.
forgetme-done = Erased: { $works ->
    [one] one work
   *[other] { $works } works
 } with { $files ->
    [one] one file
   *[other] { $files } files
 }, { $votes ->
    [one] one vote
   *[other] { $votes } votes
 }, { $favourites ->
    [one] one favourite
   *[other] { $favourites } favourites
 } and your settings. My messages with your works are being deleted now, and no training that starts from now on sees any of it.
    What stays:
    • works that others made from yours, without your words in my records
    • what I cannot delete in a chat: private replies, works shared inline, messages that others sent or forwarded
    • what a model has learned already, or learns in a training that is on its way
    • a ban, if there is one, without your name
mydata-button = Give me my data first
draft = So far:
