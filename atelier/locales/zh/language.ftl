### 这种语言本身。

language-name = 中文
language-tag = zh-Hans
