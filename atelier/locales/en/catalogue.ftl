### Commands, options and choices, as people read them. Discord allows 100 characters a line.

command-paint = Paint a picture from your words
command-poem = Write a poem, in English or Chinese
command-melody = Compose a melody to hear, with its score
command-cancel = Cancel what you are waiting for
command-surprise = Let me surprise you: a picture, a poem or a melody
command-queue = See what you are waiting for, and how long it will take
command-help = See what I can do, with examples

option-prompt = What to paint, for example “a stormy sea at dusk”
option-style = The style of the picture
option-mood = The mood; read from your words if you leave it out
option-palette = The colours
option-count = How many pictures, 1 to 4
option-seed = The same seed makes the same work again
option-topic = What the poem is about, for example “first snow”
option-form = The form, from haiku to 七绝
option-language = The language of the poem
option-acrostic = A word that the first letters of the lines spell
option-description = What kind of melody, for example “a slow, sad waltz”
option-rhythm = The kind of tune
option-key = The key, for example “D minor”
option-notes = Notes to go on from, as ABC: “CDEF GABc” or “M:3/4 K:Dm A2 d3 c”
option-file = A MIDI or ABC file to go on from
option-tempo = Quarter notes a minute, 40 to 240
option-length = How many bars
option-instrument = What plays it, for example guitar; the mood’s own if you do not say
option-what = The latest, or everything you are waiting for
option-kind = What it should be; leave it out and I choose that too

choice-what-latest = the latest
choice-what-all = everything
choice-kind-paint = a picture
choice-kind-poem = a poem
choice-kind-melody = a melody

choice-style-photo = photograph
choice-style-painting = painting
choice-style-impressionism = impressionism
choice-style-post-impressionism = post-impressionism
choice-style-renaissance = renaissance
choice-style-baroque = baroque
choice-style-romanticism = romanticism
choice-style-expressionism = expressionism
choice-style-watercolour = watercolour
choice-style-ink = ink wash
choice-style-poster = poster
choice-style-pixel = pixel art
choice-style-glow = glowing night
choice-style-emoji = emoji
choice-style-3d = 3D
choice-style-flat = flat colours
choice-style-outline = outline
choice-style-silhouette = silhouette

choice-form-haiku = haiku
choice-form-couplet = couplet
choice-form-quatrain = quatrain
choice-form-limerick = limerick
choice-form-ballad = ballad
choice-form-shakespearean-sonnet = Shakespearean sonnet
choice-form-petrarchan-sonnet = Petrarchan sonnet
choice-form-free = free verse
choice-form-acrostic = acrostic
choice-form-wujue = 五绝 (four lines of five)
choice-form-qijue = 七绝 (four lines of seven)
choice-form-wulv = 五律 (eight lines of five)
choice-form-qilv = 七律 (eight lines of seven)
choice-form-cangtou = 藏头诗 (Chinese acrostic)
choice-form-huanxisha = 浣溪沙 (Huanxisha)
choice-form-rumengling = 如梦令 (Rumengling)
choice-form-zhegutian = 鹧鸪天 (Zhegutian)

choice-palette-warm = warm
choice-palette-cool = cool
choice-palette-bright = bright
choice-palette-dark = dark
choice-palette-vivid = vivid
choice-palette-muted = muted
choice-palette-golden = golden
choice-palette-monochrome = black and white

choice-mood-joyful = joyful
choice-mood-sad = sad
choice-mood-calm = calm
choice-mood-tense = tense
choice-mood-wistful = wistful
choice-mood-epic = epic
choice-mood-playful = playful

choice-rhythm-reel = reel
choice-rhythm-jig = jig
choice-rhythm-hornpipe = hornpipe
choice-rhythm-air = air
choice-rhythm-song = song
choice-rhythm-hymn = hymn
choice-rhythm-waltz = waltz
choice-rhythm-march = march
choice-rhythm-lullaby = lullaby

choice-instrument-piano = piano
choice-instrument-guitar = guitar
choice-instrument-harp = harp
choice-instrument-guzheng = guzheng
choice-instrument-dulcimer = dulcimer
choice-instrument-music-box = music box
choice-instrument-violin = violin
choice-instrument-flute = flute
choice-instrument-clarinet = clarinet
choice-instrument-trumpet = trumpet
choice-instrument-organ = organ


command-history = Look through your works
command-favourites = Look through the works you keep with ⭐
command-settings = Choose your language, usual style and form, and private replies
command-mydata = Get everything I know about you, as a file
command-forgetme = Erase everything I know about you

option-page = Which page, 1 is the newest
option-work = One work, by its id
option-settings-language = The language I answer you in
option-settings-style = The style of your pictures when you name none
option-settings-form = The form of your poems when you name none
option-private = Show your works to you alone, where the chat can do that
option-learning = Whether models may learn from your works and votes
option-sure = Choose yes to erase everything without being asked again

choice-language-auto = same as my app
choice-style-none = none
choice-form-none = none
choice-private-yes = yes
choice-private-no = no
choice-learning-yes = yes
choice-learning-no = no
choice-sure-yes = yes
setting-language = Language
setting-style = Usual style
setting-form = Usual form
setting-private = Private replies
setting-learning = Learning from me

command-admin = For administrators: models, words, places, bans and more
command-admin-models = The model versions, and which of them serves
command-admin-promote = Switch to a model version, from the next work on
command-admin-rollback = Go back to the version before
command-admin-retrain = Let a model learn from votes; without one, see which could
command-admin-stats = How much was made, how people liked it, and what is waiting
command-admin-limits = How many works may wait here at one time
command-admin-words = Words to refuse here, on top of the built-in filter
command-admin-channels = Where I may make works
command-admin-adults = Allow or refuse content for adults here
command-admin-learning = Whether models may learn from works made here
command-admin-ban = Keep somebody from using me here
command-admin-unban = Let somebody use me again
command-admin-pause = Take no new requests for now
command-admin-resume = Take requests again
command-admin-log = What administrators did lately

and = { ", " }
colon = { ": " }
explained = { $what } ({ $choices })
admin-parts = What you can administer here:
option-command = A command to hear all about, for example “paint”
option-model = Which model
option-version = The version, as /admin models lists it
option-add = A word or phrase to refuse
option-remove = A word or phrase to allow again
option-change = Allow this place, forbid it, or allow everywhere
option-allowed = Whether content for adults is allowed here
option-learn = Whether models may learn from works made here
option-person = Who: a mention or their id; on Telegram, answer one of their messages instead
option-why = The reason; they will read it
option-each = How many works one person may wait for; 0 leaves it to the studio
option-together = How many works may wait altogether; 0 leaves it to the studio

choice-model-painter = painter
choice-model-poet = poet
choice-model-composer = composer
choice-change-allow = allow this place
choice-change-forbid = forbid this place
choice-change-everywhere = allow everywhere
choice-allowed-yes = yes
choice-allowed-no = no
choice-learn-yes = yes
choice-learn-no = no

bad-integer = “{ $value }” does not work for { $option }: it takes a whole number.

unknown-command = There is no command “/{ $name }”; there are: { $commands }
unknown-part = /{ $command } does not know “{ $name }”; it knows: { $parts }
option-missing = /{ $command } needs to know { $option }.
not-yours = Only those who administer this place can use /{ $command }.
not-yours-studio = Only those who run the studio can use /{ $command }.

help-intro = I paint, write and compose with models of my own. Ask in English or Chinese:
help-outro = Add options as name=value, for example style=photo, form=haiku or key="D minor". Tell me with 👍 or 👎 how a work turned out: that is how I learn.
example-paint = a stormy sea at dusk
example-poem = the first snow form=haiku
example-melody = a slow, sad waltz

## What an option is called in a refusal
option-name-prompt = prompt
option-name-topic = topic
option-name-description = description
option-name-style = style
option-name-mood = mood
option-name-palette = palette
option-name-count = count
option-name-seed = seed
option-name-form = form
option-name-language = language
option-name-lang = lang
option-name-acrostic = acrostic
option-name-rhythm = rhythm
option-name-key = key
option-name-tempo = tempo
option-name-length = length
option-name-density = density
option-name-range = range
option-name-instrument = instrument
option-name-notes = notes
option-name-file = file
option-name-strength = strength
option-name-share = share
option-name-kind = kind
option-name-what = what
option-name-page = page
option-name-work = work
option-name-private = private
option-name-learning = learning
option-name-sure = sure
option-name-command = command
option-name-model = model
option-name-version = version
option-name-add = add
option-name-remove = remove
option-name-change = change
option-name-allowed = allowed
option-name-learn = learn
option-name-person = person
option-name-why = why
option-name-each = each
option-name-together = together
option-name-do = do
option-name-dry = dry
