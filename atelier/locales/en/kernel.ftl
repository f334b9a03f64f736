### What the kernel says: refusals, faults, provenance.

provenance = Made by a machine with Atelier; no human author. The person who asked may use it freely.

## Requests
bad-prompt-empty = Please say in words what you would like, for example “a stormy sea at dusk”.
bad-prompt-long = That is too long: please use at most { $limit } characters.
bad-option = There is no option “{ $option }”; there are: { $options }.
bad-choice = “{ $value }” is no { $option } that I know; choose one of: { $choices }.
bad-range = “{ $value }” does not work for { $option }: use a whole number from { $low } to { $high }.
bad-key = “{ $value }” is no key that I know; write one like “D minor”, “F# major” or “Bb”.
bad-acrostic-long = That is too long for an acrostic: use at most { $limit } letters.
bad-acrostic-form = The form “{ $form }” cannot be an acrostic: use “acrostic” (English) or “藏头诗” (Chinese).
bad-form-language = The form “{ $form }” is not written in { $lang ->
    [zh] Chinese
   *[en] English
 }: leave the language out, or choose another form.

## Weights
weights-none-installed = The models are not installed here: run `pip install "atelier[worker]"`.
weights-missing = The { $model }'s weights are missing at { $path }: run `atelier models restore { $model }`.
weights-damaged = The { $model }'s weights are damaged at { $path }: run `atelier models restore { $model }`.

## Parts that are down
error-unexpected = Something went wrong here. It has been written down; please try again in a moment.
redis-down = The studio's queue is not answering, so nothing was accepted: please try again in a minute.
store-down = The studio's records are not answering, so nothing was accepted: please try again in a minute.
artefacts-down = The studio's shelf is not answering, so the work could not be kept: please try again in a minute.

## Settings
bad-setting = The setting { $name } is wrong: { $why }.
