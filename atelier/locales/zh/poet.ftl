### 诗人说的话。

poet-form = 我还不会写“{ $form }”。我会写的体裁有：{ $forms }。
poet-language = 我只写中文诗和英文诗，请用其中一种语言给出题目。
poet-acrostic-en = 英文藏头诗需要一个由 { $low } 到 { $high } 个英文字母组成的单词，请在藏头词一项填写。
poet-acrostic-zh = 藏头诗需要 { $low } 到 { $high } 个汉字，每句开头一个，请在藏头词一项填写。
poet-acrostic-lost = 我写不出以 { $letters } 开头的句子，请换一个词。
poet-stuck = 没能写出合乎格律的诗，请换一个种子或题目再试。
poet-untitled = 无题
poet-no-pack = { $path } 里没有规定格式的诗歌数据（缺少 { $table }）。
