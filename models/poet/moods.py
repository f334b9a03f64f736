"""Which mood a text has, by words: the labels of training, and what a prompt says by itself.

The lists are ours, written by hand. A text has the mood with the most hits; none on a tie or
with no hit at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from atelier.languages import Lang
from atelier.requests import Mood

_EN: dict[Mood, str] = {
    "joyful": """
joy joyful joyous happy happiness glad gladness gladly merry mirth laugh laughter laughing laughed
delight delighted delights smile smiling smiles cheer cheerful dance dancing danced sing singing
bliss blissful bright festival celebrate celebration rejoice rejoicing blessed blossom sunshine
wedding
""",
    "sad": """
sad sadness sadly sorrow sorrows sorrowful grief grieve grieving mourn mourning weep weeping wept
tear tears woe woes dead death died die dying grave graves tomb lonely lonesome alone despair misery
miserable pain broken bitter lament funeral loss lost farewell goodbye heartbreak crying cried
""",
    "calm": """
calm peace peaceful quiet quietly still stillness silence silent rest gentle gently soft softly
serene serenity slumber sleep sleeping tranquil hush hushed drowsy ease repose slow slowly lull mild
cradle
""",
    "tense": """
fear fears fearful terror dread dreadful horror storm storms stormy thunder lightning rage raging
wrath danger dangerous wild scream shriek shudder trembling tremble dark darkness night fierce fury
furious threat haunted ghost ghosts nightmare chase panic blood bloody
""",
    "wistful": """
memory memories remember remembered remembering forgotten once ago yearn yearning longing dream
dreams dreaming dreamed faded fading fade autumn twilight dusk gone bygone yesterday wistful
nostalgia nostalgic homesick echo echoes vanished departed afar distant childhood
""",
    "epic": """
king kings sword swords battle battles war wars warrior warriors hero heroes heroic glory glorious
conquer victory victorious banner banners army armies throne empire mighty eternal immortal shield
spear knight knights triumph legend dragon
""",
    "playful": """
play playing playful played fun funny jolly silly jest jesting joke tease mischief kitten puppy
frolic tickle giggle romp naughty nonsense clown whim pudding monkey toy toys prank caper cat mouse
""",
}
_ZH: dict[Mood, str] = {
    "joyful": "喜欢乐笑欣庆贺畅快婚舞酣",
    "sad": "悲哀泪愁伤哭泣恨苦怨凄惨痛殁墓断",
    "calm": "静闲幽清宁安禅眠卧淡寂澄悠",
    "tense": "惊怒险危恐雷霆骇急狂怖魂鬼暗",
    "wistful": "忆思旧故昔怀梦别归残暮秋乡",
    "epic": "剑战王帝将军英雄旌旗征戎马关功",
    "playful": "戏嬉童儿猫趣痴醉顽逗",
}
_MOODS: dict[Lang, dict[str, Mood]] = {
    "en": {word: mood for mood, words in _EN.items() for word in words.split()},
    "zh": {character: mood for mood, characters in _ZH.items() for character in characters},
}

# Added to the logits of a mood's words where it was asked for, and taken from the other moods'. The model's
# own tag is too weak for it: asked for a mood, it wrote in that mood no more often than in any other.
TOWARDS, AWAY = 1.6, 0.8


def leaning(mood: Mood, lang: Lang, index: Mapping[str, int]) -> Tensor:
    """What is added to the logits of content tokens [W] for a poem in ``mood``; ``index``: each word's."""
    added = torch.zeros(len(index))
    for word, its in _MOODS[lang].items():
        if word in index:
            added[index[word]] = TOWARDS if its == mood else -AWAY
    return added


def mood_of(words: Iterable[str], lang: Lang) -> Mood | None:
    """The mood of a text given as words (English, lower case) or characters (Chinese)."""
    table = _MOODS[lang]
    hits = Counter(table[word] for word in words if word in table).most_common(2)
    if not hits or (len(hits) == 2 and hits[0][1] == hits[1][1]):
        return None
    return hits[0][0]
