### What the poet says.

poet-form = I do not write the form “{ $form }” yet. I write: { $forms }.
poet-language = I write poems in English and Chinese: please give the topic in one of these.
poet-acrostic-en = An acrostic needs one word of { $low } to { $high } English letters; name it as the acrostic word.
poet-acrostic-zh = A 藏头诗 needs { $low } to { $high } Chinese characters, one for the head of each line; name them as the acrostic.
poet-acrostic-lost = I know no line that begins with { $letters }: please choose another word.
poet-stuck = I found no poem that keeps this form: please try another seed or another topic.
poet-untitled = Untitled
poet-no-pack = { $path } holds no poems in the documented format ({ $table } is not there).
