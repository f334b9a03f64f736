# Training from votes, in the chat

## What is asked for
command-admin-training = How the training from votes stands; stop it, or see its loss
option-dry = Only look at what the votes hold; nothing is trained
option-do = Stop it, or send its loss as a picture
choice-dry-yes = yes, only look
choice-dry-no = no, train
choice-do-stop = stop it
choice-do-loss = the loss as a picture
learn-name = { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 }
learn-choose = Which one should learn? These votes count now:
learn-counts = 👍 { $liked } · 👎 { $disliked } · { $voters ->
    [one] one person
   *[other] { $voters } people
 }
learn-enough = enough to learn from
learn-button = Train the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 }
learn-missing = The { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } cannot learn yet, so nothing was started.
learn-asked = The { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } will learn from { $votes } votes.
learn-asked-dry = I am looking at what { $votes } votes would teach the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 }.
learn-told-here = I will say here how it goes.
learn-look = /admin training shows how it goes.
learn-no-trainer = No trainer is running, so it waits: on the studio’s machine, start one with “atelier worker --kinds train”.
retrain-held = The { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } is being trained already, since { $since } (UTC), for { $who }. One at a time: /admin training shows how far it is, and stops it.
learn-none = Nothing is being trained.
learn-none-last = Nothing is being trained. The last time it was the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 }, on { $when }.
learn-no-curve = There is no loss to draw yet.
learn-stopping = Stopping it now.
learn-over = It is over already.

## How it goes
learn-head = 🎓 The { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } is learning from votes
learn-head-dry = 🔎 What the votes would teach the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 }
learn-queued = waiting for a trainer
learn-stage-snapshot = collecting the votes that count
learn-stage-heads = seeing what they hold
learn-stage-learning = learning
learn-stage-gate = comparing it with the version that serves
learn-stage-samples = making samples by both
learn-step = { $part }: step { $step } of at most { $steps }
learn-loss = held-out loss { $first } → { $now }
learn-left = about { $time } left
learn-part = { $part ->
    [en] English
    [zh] Chinese
   *[other] { $part }
 }
learn-stop = Stop
learn-curve = Loss

## How it ended
learn-done-nothing = 🎓 The { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } learnt nothing better: by the votes kept aside for checking, people like the new one no more. The version in use stays.
learn-done-candidate = ✅ There is a new { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 }, { $version }. It passed the gate.
learn-done-rejected = ❌ There is a new { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 }, { $version }, but it did not pass the gate, so the version in use stays. Why:
learn-done-again = ↩️ These votes make the same { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } again, { $version }. It passed the gate, but was taken back later, by people’s votes or by an administrator, and that holds. The version in use stays; new votes make another.
learn-done-next = Look at the samples, then let it serve with /admin promote { $model } { $version }, and go back with /admin rollback { $model }.
learn-done-dry = 🔎 { $votes } votes count ({ $liked } 👍, { $disliked } 👎) by { $voters ->
    [one] one person
   *[other] { $voters } people
 }.
learn-head-told = { $part }: shown one liked and one disliked work, it picks the liked one { $share } % of the time (guessing gives 50 %), checked on { $votes } votes of people it did not learn from, on works it did not know
learn-head-unsure = { $part }: that may be luck, so a training would leave it as it is; more votes are needed, or votes that agree more
learn-head-none = There are too few votes on either side to learn what people like.
learn-gone = { $works ->
    [one] One voted work taught nothing
   *[other] { $works } voted works taught nothing
 }: what made them is gone.
learn-stopped = ⏹ The training was stopped. What it had learnt is kept: /admin retrain { $model } goes on from there.
learn-failed = ⚠️ The training of the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } failed: { $why }
learn-gate = The gate, before → after:
learn-figure-form = form kept
learn-figure-written = poems finished
learn-figure-topic = words of the topic
learn-figure-new_lines = lines not said twice
learn-figure-fluency = fluency (nats a word)
learn-figure-distinct = distinct pairs of words
learn-figure-different = works that nobody else got
learn-figure-written_right = written right: bars, range, last note
learn-figure-mode_heard = mode, as it is heard
learn-figure-meter_heard = meter, as it is heard
learn-figure-rhythm_heard = rhythm, as it is heard
learn-figure-well_made = well made, by the rules of taste
learn-figure-asked_and_got = density and range as asked
learn-figure-distinct_runs = distinct runs of notes
learn-figure-copied = runs of training tunes
learn-figure-scene_attributes = what a scene was asked to have
learn-figure-words_fit = pictures that fit their words
learn-figure-frechet_scenes = distance from rendered scenes
learn-figure-variety = how far apart two pictures of the same words are
learn-figure-copied_pictures = training pictures over again
learn-figure-copies = lines of training poems
learn-figure-seconds = seconds a work
learn-figure-reward = liked, as the votes foretell
learn-figure-of = { $figure } ({ $part })
learn-before = before
learn-after = after
learn-alt-loss = A curve: the loss of the { $model } on votes that it does not learn from, step by step.
learn-alt-samples = A table of two columns: on the left what the { $model } made before the training, on the right what it makes after it, each row of the same words.
learn-samples = The same requests, before and after:
learn-news-done = The schedule trained the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 }: { $version }, { $status ->
    [rejected] which the gate rejected.
    [again] which was taken back before, and stays so.
   *[candidate] which passed the gate. /admin models shows it.
 }
learn-news-failed = ⚠️ The schedule’s training of the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } failed: { $why }
learn-news-nothing = The schedule trained the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 }, and nothing better came of it.

## A candidate on trial
canary-no-candidate = The { $model } has no candidate “{ $version }”: see /admin models, or atelier models list.
canary-begun = { $version } gets { $share } % of the requests now. Votes decide whether it stays, and I tell you.
canary-off = Candidates get no requests here: ATELIER_CANARY_SHARE is 0.
canary-stands = on trial with { $share } % of the requests: { $ours } % of its { $works } voted works are liked, { $theirs } % of { $others } of { $against }
canary-promoted = ✅ The { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } { $version } serves everybody now: people liked { $ours } % of its { $works } voted works, and { $theirs } % of { $others } by { $against }. Evidence { $strength }. Back with /admin rollback.
canary-rolled-back = ⏪ The { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } { $version } is taken back: people liked { $ours } % of its { $works } voted works, and { $theirs } % of { $others } by { $against }, which goes on. Evidence { $strength }.
canary-undecided = The trial of the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } { $version } is over, and nothing is proven: people liked { $ours } % of its { $works } voted works, and { $theirs } % of { $others } by { $against }, which goes on. It stays a candidate: /admin promote lets it serve.
canary-replaced = The trial of the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } { $version } ended before the votes had decided: { $by } takes its place. { $version } stays a candidate.
canary-damaged = ⚠️ People liked the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } { $version } ({ $ours } % of { $works } against { $theirs } % of { $others }, evidence { $strength }), but its files are not what was measured, so { $against } goes on.
canary-says-promoted = People like the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } { $version } more: { $ours } % of its { $works } voted works, against { $theirs } % of { $others } by { $against } (evidence { $strength }). /admin promote lets it serve everybody.
canary-says-rolled-back = People like the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } { $version } less: { $ours } % of its { $works } voted works, against { $theirs } % of { $others } by { $against } (evidence { $strength }). /admin rollback takes it away.
canary-refused = ⚠️ A worker cannot load the candidate { $version } of the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 }, so its share goes to what serves. { $why }
version-refused = ⚠️ A worker cannot load the { $model ->
    [painter] painter
    [poet] poet
   *[composer] composer
 } { $version }, which is to serve, so { $instead } serves there. { $why }
learn-done-share = { $share } % of the requests go to it now; votes decide whether it stays, and I tell you. /admin promote { $model } { $version } decides at once, /admin rollback { $model } takes it away.
log-itself = by itself, as votes say
