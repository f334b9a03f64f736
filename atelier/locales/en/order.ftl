### The house's order: what is refused and why, and what administrators are told.

## Who may ask
banned = You can no longer use this bot: { $why }
banned-plain = You can no longer use this bot. Whoever runs this studio decided so.
banned-here = You can no longer use this bot here: { $why }
banned-here-plain = You can no longer use this bot here. The administrators here decided so.
not-invited = This bot serves invited people and groups only. Ask whoever runs it to add you.
paused = The studio is taking a break: please come back later.
paused-here = I am taking a break here. An administrator can wake me with /admin resume.
not-in-this-channel = I do not make works in this place. The administrators chose others for me.

## What may be asked for. A refusal says which kind of thing it is, never a list of tricks.
filter-sexual = I do not make sexual content here. Please try other words.
filter-sexual-here = I do not make sexual content here. If this place is for adults only, an administrator can allow it (/admin adults).
filter-gore = I do not make gore here. Please try other words.
filter-gore-here = I do not make gore here. If this place is for adults only, an administrator can allow it (/admin adults).
filter-minors = I never make anything sexual with anybody who may be a child or a teenager. If you mean grown-ups, please say “woman” or “man”.
filter-rape = I never make anything about sexual violence.
filter-hate = I never make anything that puts people down for who they are.
filter-harm = I will not make this. If you are thinking of hurting yourself, please talk to somebody now: https://findahelpline.com knows who listens near you.
filter-server = The administrators here do not want “{ $word }”.

## For administrators
only-in-a-server = This works in a server or a group only: please type it there.
words-none = No words are refused here besides the filter's own.
words-listed = Refused here, besides the filter's own:
words-full = There is room for { $most } words: take one away first.
words-no-word = “{ $word }” has no word in it that I could look for: two letters or one Chinese character at least.
words-not-there = “{ $word }” is not among the refused words.
channels-all = I make works everywhere here.
channels-here = I make works in { $number ->
    [one] one place
   *[other] { $number } places
 } here, this one among them.
channels-elsewhere = I make works in { $number ->
    [one] one place
   *[other] { $number } places
 } here, but not in this one.
adults-on = Content for adults is allowed here. What shows minors or violence against somebody stays refused.
adults-on-discord = Content for adults is allowed here, in channels that Discord marks as age-restricted. What shows minors or violence against somebody stays refused.
adults-off = Content for adults is refused here.
learning-on = Models may learn from works made here, and from the votes on them. Each person can refuse for themselves: /settings learning=no.
learning-off = Models learn from nothing that is made here.
ban-done = { $who } can no longer use this bot.
ban-already = { $who } was banned already.
ban-not-them = You cannot ban yourself, nor somebody who runs the studio.
ban-none = { $who } is not banned.
ban-whom = “{ $value }” is a name, and names change. On Discord mention the person, on Telegram answer one of their messages with the command, or give their id, such as telegram:123.
unban-done = { $who } can use this bot again.
pause-done = No new requests from here until /admin resume. What was asked before is still made.
pause-done-all = No new requests from anywhere until /admin resume. What was asked before is still made.
resume-done = I take requests again.
log-listed = Lately, newest first (✗: refused):
log-empty = Nothing yet.
log-nobody = somebody who was forgotten
limits-here = This many works may wait here at one time:
limits-studio = This many works may wait in the whole studio at one time:
limits-each = Of one person
limits-together = Altogether

## Running the studio
models-none = There are no versions here: the models are not installed on this machine, and none was trained.
models-listed = The model versions:
status-current = in use
status-shipped = shipped
status-candidate = candidate
status-previous = served before
status-rejected = rejected
stats-works = Works
stats-people = People
stats-liked = Liked
stats-disliked = Disliked
stats-works-here = Works made here
stats-queue = { $waiting } waiting, { $workers ->
    [one] one worker
   *[other] { $workers } workers
 }
