### What the composer says: refusals, titles, a tune in words.

composer-meter-rhythm = A { $rhythm } goes in { $usual }, so it cannot be in { $meter }: leave one of the two out.
composer-bad-meter = I cannot write in { $meter }; choose one of: { $meters }.
composer-bad-tempo = “{ $tempo }” does not work for the tempo: use a whole number from { $low } to { $high } { $beat ->
        [dotted] dotted quarter notes
       *[plain] quarter notes
    } a minute.
composer-lullaby-fast = { $tempo } { $beat ->
        [dotted] dotted quarter notes
       *[plain] quarter notes
    } a minute is too fast for a lullaby: use at most { $high }, or choose another rhythm.
composer-bad-length = I cannot write { $bars } bars; choose one of: { $lengths }.
composer-no-tunes = There are no melodies to train on in { $path }: it needs .jsonl.gz files with tunes in the splits “train” and “val”.
composer-no-player = Playing on a SoundFont needs one more package: run `pip install --no-deps tinysoundfont`, or leave ATELIER_SOUNDFONT unset.
composer-bad-bank = The SoundFont at { $path } cannot be played: check that ATELIER_SOUNDFONT names an SF2 file, or leave it unset.

## Titles
composer-title = { $mood } { $rhythm } in { $key }
composer-key-major = { $tonic } major
composer-key-minor = { $tonic } minor
composer-mood-none = { "" }
composer-mood-joyful = joyful
composer-mood-sad = sad
composer-mood-calm = calm
composer-mood-tense = tense
composer-mood-wistful = wistful
composer-mood-epic = epic
composer-mood-playful = playful
composer-rhythm-reel = reel
composer-rhythm-jig = jig
composer-rhythm-hornpipe = hornpipe
composer-rhythm-air = air
composer-rhythm-song = song
composer-rhythm-hymn = hymn
composer-rhythm-waltz = waltz
composer-rhythm-march = march
composer-rhythm-lullaby = lullaby

## A tune in words
composer-detail = { $meter } time, { $tempo } { $beat ->
        [dotted] dotted quarter notes
       *[plain] quarter notes
    } a minute
composer-summary = { $title }, in { $meter } time, { $bars } bars at { $tempo } { $beat ->
        [dotted] dotted quarter notes
       *[plain] quarter notes
    } a minute
