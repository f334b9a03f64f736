### What the kernel says: refusals, faults, provenance.

provenance = Made by a machine with Atelier; no human author. The person who asked may use it freely.

## Requests
bad-prompt-empty = Please say in words what you would like, for example “a stormy sea at dusk”.
bad-prompt-long = That is too long: please use at most { $limit } characters.
bad-option = There is no option “{ $option }”; there are: { $options }.
bad-choice = I do not know the { $option } “{ $value }”. Choose one of: { $choices }.
bad-range = “{ $value }” does not work for { $option }: use a whole number from { $low } to { $high }.
bad-key = “{ $value }” is no key that I know; write one like “D minor”, “F# major” or “Bb”.
bad-acrostic-long = That is too long for an acrostic: use at most { $limit } letters.
bad-acrostic-digit = The lines of an acrostic begin with letters: write “{ $word }” without its digits.
bad-acrostic-form = The form “{ $form }” cannot be an acrostic: use “acrostic” (English) or “藏头诗” (Chinese).
bad-form-language = The form “{ $form }” is not written in { $language ->
    [zh] Chinese
   *[en] English
 }: leave the language out, or choose another form.
bad-steer = “{ $value }” does not work for { $option }.
bad-vary-nothing = There is nothing to vary: say which picture to start from.
bad-count-same = One picture drawn again is one picture: leave the count out, or vary it.
bad-shares = The shares of what is mixed in are more than the whole: they may add up to 1 at most.

## Weights
weights-none-installed = The models are not installed here: run `pip install "atelier[worker]"`.
weights-missing = The { $model }'s weights are missing at { $path }: run `atelier models restore { $model }`.
weights-damaged = The { $model }'s weights are damaged at { $path }: run `atelier models restore { $model }`.

## Parts that are down
error-unexpected = Something went wrong here. It has been written down; please try again in a moment.
redis-down = The studio's queue is not answering, so nothing was accepted: please try again in a minute.
store-down = The studio's records are not answering, so nothing was accepted: please try again in a minute.
artefacts-down = The studio's shelf is not answering just now: please try again in a minute.
disk-full = The studio has no room left to keep new works, so nothing was accepted. What you asked before is safe; please try again later.
span-seconds = { $number } s
span-minutes = { $number } min

## Settings
bad-setting = The setting { $name } is wrong: { $why }.
bad-device = There is no device “{ $device }” on this machine: use “auto”, “cpu” or “cuda”.

## Command line
bad-out = Cannot write to { $path }: { $why }. Choose another path with --out.
snapshot-damaged = The snapshot of votes at { $path } is not what was written: delete the folder and export again.
retrain-not-built = There are votes enough, but fine-tuning this model from them is not built yet: nothing was trained. `--dry-run` says what they hold.
retrain-made = There is a new version { $version }. It passed the gate against the one that serves. Look at it, then `atelier models promote { $model } { $version }`.
retrain-again = These votes make { $version } again, which passed the gate and was taken back later, by people's votes or by an administrator: the current version goes on. New votes make another; to let this one serve all the same: atelier models promote { $model } { $version } --anyway
retrain-rejected = There is a new version { $version }, and the gate rejected it: the one that serves goes on.
gate-form = Only { $share } % of its works keep their form.
gate-worse = It is not sure to be as good: { $figure } { $ours } against { $theirs }.
gate-no-better = It is not surely liked more: { $ours } of its works against { $theirs }, as the votes foretell.
gate-alike = Its works are too much alike: { $figure } { $ours } against { $theirs }.
gate-copies = More of it is training works over again: { $ours } against { $theirs }.
gate-slow = It takes too long: { $ours } s a work against { $theirs } s.
gate-no-reward = There are too few votes, or they agree too little, to tell whether people like it more.
gate-no-judge = This painter brings no evaluation encoder, so nobody can tell whether its pictures are as good.
gate-nothing-new = It is the version that serves: nothing in it changed.
version-nowhere = The { $model }'s version { $version } is neither on this machine nor on the artefact store, so it cannot serve. `atelier models list` shows the others.
version-taken-back = The { $model }'s version { $version } was taken back, by people's votes or by an administrator. To let it serve all the same: atelier models promote { $model } { $version } --anyway
version-rejected = The gate rejected the { $model }'s version { $version }. To let it serve all the same: atelier models promote { $model } { $version } --anyway
retrain-nothing-better = By the votes kept aside for checking, people like the new one no better, so no new version was made.
tune-all-frozen = Nothing is left to learn: { $names } holds every part of the model.
tune-freezes-nothing = “{ $name }” freezes nothing: no part of what is trained is called so. There are { $names }.
retrain-already = A training from votes is running here already (process { $pid }): wait for it, or stop it.
retrain-missing-votes = { $number ->
    [one] One more vote that counts is needed.
   *[other] { $number } more votes that count are needed.
 }
retrain-missing-liked = { $number ->
    [one] One more 👍 is needed.
   *[other] { $number } more 👍 are needed.
 }
retrain-missing-disliked = { $number ->
    [one] One more 👎 is needed.
   *[other] { $number } more 👎 are needed.
 }
retrain-missing-voters = { $number ->
    [one] One more person has to vote.
   *[other] { $number } more people have to vote.
 }
retrain-missing-held_out = One voter in five is held out to judge by, and so far those gave no 👍 or no 👎: more people have to vote.
retrain-samples = The same requests before and after: { $path }
retrain-figure = figure of the gate
eval-test-only = The { $model } can be measured on the test split only: leave --split out.
bad-from = Cannot read { $path }: { $why }.
bad-line = Not one JSON object with the request's options: { $why }.
bad-usage = { $why }
bad-set = “{ $value }” is no setting of this training: write --set name=value; there are: { $names }.
bad-data = { $path } is no data pack: { $why }.
steer-one-way = Use one of --vary, --blend and --again at a time.
steer-with-from = With --from, each line says its own “steer”: leave out { $option }.
steer-needs = { $option } only works together with { $other }.
bad-range-share = “{ $value }” does not work for --share: use a number from 0 to 1.
from-needs-out = Pictures and melodies made with --from need a folder: add --out DIR.
prompt-missing = Say what to make, for example: atelier { $command } "{ $example }"
room-missing = This needs a part that is not installed here: run `pip install "atelier[{ $extra }]"`.
tracker-missing = The tracker { $tracker } is not installed: run `pip install { $tracker }`, or leave the setting out.
bench-missing = There is no benchmark “{ $name }” here; there are: { $names }. Benchmarks come with a checkout, not with the package.
front-unnamed = Say which: `atelier bot discord` or `atelier bot telegram`.
token-missing = There is no { $platform } token: set { $name } (the README shows how to get one).
restored = The { $model }'s weights are whole.
restore-reinstall = This is not a checkout, so the weights come back with the package: run `pip install --force-reinstall --no-deps atelier`.
version-unknown = The { $model ->
    [painter] painter
    [poet] poet
    [composer] composer
   *[other] { $model }
 } has no version “{ $version }” here; there are: { $versions }.

## Doctor
doctor-python = Python { $version }
doctor-home = { $path } is writable, { $free } MiB free
doctor-redis-private = `atelier up` starts a private one with { $path }
doctor-redis-up = answers
doctor-redis-old = answers, but it is Redis { $version }, which lacks commands that the queue and the results need: use { $oldest } or newer
doctor-database = { $kind } answers and is migrated
doctor-artefacts = { $url } takes and gives files
doctor-device = models run on { $device }
doctor-weights = { $version }, every file whole
doctor-web-off = switched off (ATELIER_WEB)
doctor-web-free = { $address } is free
doctor-web-running = a studio already answers at { $address }
doctor-web-taken = { $address } is taken by another program: set ATELIER_WEB_PORT to a free port
doctor-token-none = no token: set { $name } to switch it on
doctor-token-wrong = the token in { $name } is refused: copy it again (the README shows where)
doctor-token-trouble = the API answered { $code } to the token in { $name }: try again later
doctor-token-ok = connected as { $user }
doctor-unreachable = the API cannot be reached from here: { $why }
error-cli = Something went wrong: { $why }. Set ATELIER_LOG_LEVEL=DEBUG to see where.
artefact-gone = This work was made, but its files are gone: please ask for it again.
figures-not-saved = The figures are printed only: a package has no bench/results to keep them in, a checkout has.
version-of-another = This is a version of the { $other }, not of the { $model }.
version-name-taken = The { $model } has a version “{ $version }” already: train into a folder of another name.
version-ships-no-more = The { $model }'s version { $version } ships no more: this release brings { $other }.
version-changed = The { $model }'s version { $version } at { $path } is not what was written down; what serves now stays.
version-serves = The { $model ->
    [painter] painter
    [poet] poet
    [composer] composer
   *[other] { $model }
 } now uses version { $version }.

## A tune to start from (MIDI, ABC)
poem-unknown-word = I do not know “{ $word }”, so I cannot start from that poem: I know the words that I write with myself.
poem-not-in-form = Those lines are no { $form }: give the form that they are in, or lines that keep it.
poem-continue-headed = The lines of this poem ({ $form }) spell a whole word, so it has no next part; I can vary it.
poem-start-form = Say the form of the poem that I start from, for example form=haiku.
poem-start-acrostic = The poem that I start from spells its own word: leave the acrostic out.
poem-one-way = Use --vary or --continue, not both.
poem-no-lines = There are no lines of a poem in { $path }: give a poem that I wrote, or one line of text a line.
poet-foreign-start = The language model of this studio writes new poems only: it cannot start from one that is there.
poem-words-vary = a variation
poem-words-continue = a poem that goes on
poem-part-en = { $title } ({ $part })
poem-part-zh = { $title }（其{ $part }）
file-not-fetched = I could not fetch your file just now, so nothing was started: please send it again in a minute.
file-not-sent = A file is chosen from Discord's menu, or sent on Telegram; here, write its notes as ABC: notes="CDEF GABc".
option-twice = Use { $one } or { $other }, not both.
tune-too-big = That file is too big for a melody: it may have { $most } KiB at most.
tune-no-midi = That MIDI file is broken: I cannot read it.
tune-no-format = That is neither a MIDI file nor ABC text.
tune-no-abc = I cannot read “{ $where }” as ABC; write notes like “CDEF GABc | c2B2 A4”.
tune-no-notes = There are no notes in that tune.
tune-polyphonic = Several notes sound at once there: please give me one melody line alone.
tune-off-grid = Those notes do not lie on sixteenths (triplets, or played freely): please quantise them first.
tune-meter-changes = The meter changes in that tune: please give me a part that stays in one.
tune-too-long = That tune has { $bars } bars; I can start from { $most } at most.
tune-mode = Your tune is in { $own }, so it cannot come in { $key }: a key may move, but not from major to minor or back.
tune-keeps-length = A varied or blended tune is as long as the first one: leave the length out.
continue-length = Your notes fill { $bars } bars already: { $length } bars in all leave no room to go on.
continue-full = Your notes fill { $bars } bars already; I can go on from { $most } at most.
melody-blend-two = Blending needs two tunes.
melody-blend-meters = One tune is in { $one } and the other in { $other }: only tunes of one meter can be blended.
bad-number = “{ $value }” does not work for { $option }: use a number from { $low } to { $high }.
lead-one-way = Use one of --continue, --vary and --blend at a time.
melody-words-continue = a tune that goes on
melody-words-vary = a variation
melody-words-blend = two tunes in one
