### What the poet says.

poet-form = I do not write the form “{ $form }” yet. I write: { $forms }.
poet-language = I write poems in English and Chinese: please give the topic in one of these.
poet-acrostic-en = An acrostic needs one word of { $low } to { $high } English letters; name it as the acrostic word.
poet-acrostic-zh = A Chinese acrostic (藏头诗) needs { $low } to { $high } Chinese characters, one for the head of each line; name them as the acrostic.
poet-acrostic-barred = That is nothing to spell in a poem: please choose another word.
poet-acrostic-lost = I know no line that begins with { $letters }: please choose another word.
poet-stuck = I found no poem that keeps this form: please try another seed or another topic.
poet-manner-unknown = I have not read enough of “{ $name }” to write in that manner. I know, among others: { $some }.
poet-manner-other-en = { $name } wrote in Chinese: ask for a Chinese form too. For English forms I know, among others: { $some }.
poet-manner-other-zh = { $name } wrote in English: ask for an English form too, for example a quatrain. For Chinese forms I know, among others: { $some }.
poet-manner-nobody = This version writes in nobody's manner: please ask for the topic alone.
poet-untitled = Untitled
poet-no-pack = { $path } holds no poems in the documented format ({ $table } is not there).
poet-foreign-missing = ATELIER_POEM_MODEL names { $model }, which is no folder and no language model that can be fetched: name a folder with config.json, model.safetensors and the tokenizer's files, or leave it unset for our own poet.
poet-foreign-folder = The folder { $model }, named by ATELIER_POEM_MODEL, holds no causal language model that can be read: it needs config.json, model.safetensors and the tokenizer's files. Leave the setting unset for our own poet.
poet-foreign-neither = The tokenizer of { $model }, named by ATELIER_POEM_MODEL, can write neither English nor Chinese: choose another model, or leave it unset for our own poet.
poet-foreign-en = The language model { $model } cannot write English: please ask for a Chinese form.
poet-foreign-zh = The language model { $model } cannot write Chinese: please ask for an English form.
