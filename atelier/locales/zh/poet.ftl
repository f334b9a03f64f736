### 诗人说的话。

poet-form = 我还不会写“{ $form }”。我会写的体裁有：{ $forms }。
poet-language = 我只写中文诗和英文诗，请用其中一种语言给出题目。
poet-acrostic-en = 英文藏头诗需要一个由 { $low } 到 { $high } 个英文字母组成的单词，请在藏头词一项填写。
poet-acrostic-zh = 藏头诗需要 { $low } 到 { $high } 个汉字，每句开头一个，请在藏头词一项填写。
poet-acrostic-barred = 这个词不宜藏在诗里，请换一个。
poet-acrostic-lost = 我写不出以 { $letters } 开头的句子，请换一个词。
poet-stuck = 没能写出合乎格律的诗，请换一个种子或题目再试。
poet-manner-unknown = “{ $name }”的诗我读得不够多，仿不来。我会仿的有：{ $some }等。
poet-manner-other-en = { $name }写的是中文诗，请同时选一种中文体裁，例如七绝。英文体裁我会仿的有：{ $some }等。
poet-manner-other-zh = { $name }写的是英文诗，请同时选一种英文体裁，例如 quatrain。中文体裁我会仿的有：{ $some }等。
poet-manner-nobody = 这个版本还不会仿写诗人，请只给出题目。
poet-untitled = 无题
poet-no-pack = { $path } 里没有规定格式的诗歌数据（缺少 { $table }）。
poet-foreign-missing = ATELIER_POEM_MODEL 指定的 { $model } 既不是文件夹，也不是能下载的语言模型：请指定一个含有 config.json、model.safetensors 和分词器文件的文件夹；不设置则用自带的诗人。
poet-foreign-folder = ATELIER_POEM_MODEL 指定的文件夹 { $model } 里没有可读的因果语言模型：需要 config.json、model.safetensors 和分词器文件。不设置则用自带的诗人。
poet-foreign-neither = ATELIER_POEM_MODEL 指定的 { $model } 的分词器既写不出英文也写不出中文：请换一个模型；不设置则用自带的诗人。
poet-foreign-en = 语言模型 { $model } 写不出英文，请选一种中文体裁。
poet-foreign-zh = 语言模型 { $model } 写不出中文，请选一种英文体裁。
