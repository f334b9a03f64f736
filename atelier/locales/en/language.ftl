### The language itself.

language-name = English
language-tag = en
