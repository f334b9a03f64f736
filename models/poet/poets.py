"""In whose manner a poem can be asked for: names, and how packs and prompts write them.

Poets that readers know. Whoever has too few training poems gets no manner (:mod:`models.poet.manner`).
Editors and translators, whom packs name as authors too, are not here.
"""

from __future__ import annotations

from atelier.languages import Lang

_EN = """
Lord Byron = Baron George Gordon Byron Byron | George Gordon Byron
Alexander Pope
John Greenleaf Whittier
William Wordsworth
Robert Herrick
Jonathan Swift
Algernon Charles Swinburne
Walter Scott = Walter Scott (Sir) | Sir Walter Scott
Thomas Moore
John Dryden
Elizabeth Barrett Browning
Thomas Hardy
William Cowper
Henry Wadsworth Longfellow
Rudyard Kipling
James Whitcomb Riley
Ella Wheeler Wilcox
Thomas Hood
Oliver Wendell Holmes
George Meredith
George MacDonald
William Morris
John Clare
Robert Burns
Edward Lear
Lewis Carroll
Percy Bysshe Shelley
Samuel Taylor Coleridge
Matthew Arnold
Paul Laurence Dunbar
Christopher Marlowe
William Cullen Bryant
Christina Rossetti = Christina Georgina Rossetti
Ralph Waldo Emerson
Emily Dickinson = Emily Elizabeth Dickinson | Emily Dickinson
Sara Teasdale
Edmund Spenser
Robert Browning
John Keats
John Donne
John Milton
William Shakespeare
Alfred Tennyson = Baron Alfred Tennyson Tennyson | Alfred Lord Tennyson
Robert Louis Stevenson
Robert Southey
William Butler Yeats
Walt Whitman
Walter de la Mare = Walter De La Mare
Banjo Paterson = Banjo Paterson (Andrew Barton)
Eugene Field
James Russell Lowell
D. H. Lawrence = D. H. Lawrence (David Herbert Richards)
Herman Melville
William Schwenck Gilbert = William Schwenck Gilbert | Sir W. S. (William Schwenck) Gilbert
G. K. Chesterton = G. K. (Gilbert Keith) Chesterton | Gilbert Keith Chesterton
Sidney Lanier
William Blake
Edgar Allan Poe
Oscar Wilde = Oscar Fingal O'Flahertie Wills Wilde
"""
_ZH = """李白 杜甫 王维 白居易 苏轼 李商隐 杜牧 陆游 辛弃疾 刘禹锡 孟浩然 韩愈 柳宗元 元稹 王安石 黄庭坚
杨万里 范成大 欧阳修 梅尧臣 岑参 刘长卿 许浑 温庭筠 李贺 贾岛 张籍 王建 姚合 韦应物 陈与义 秦观
晏殊 晏几道 李清照 柳永 周邦彦 姜夔 朱熹 文天祥 纳兰性德 贯休 齐己 罗隐 郑谷 韦庄 皮日休 陆龟蒙
司马光 苏辙 刘克庄 戴复古 林逋 邵雍 张耒 陈师道 方岳 汪元量 王昌龄 高适 寇准 曾巩
"""
_ALIASES = """
李白 = 李太白 李青莲 li bai, li po
杜甫 = 杜子美 du fu, tu fu
苏轼 = 苏东坡 东坡 su shi, su dongpo
白居易 = 白乐天 bai juyi, po chu i
王维 = 王摩诘 wang wei
陆游 = 陆放翁 lu you
李商隐 = 李义山 li shangyin
杜牧 = 杜牧之 du mu
杨万里 = 杨诚斋 yang wanli
王安石 = 王荆公 wang anshi
黄庭坚 = 黄山谷 huang tingjian
刘禹锡 = 刘梦得 liu yuxi
孟浩然 = 孟襄阳 meng haoran
韩愈 = 韩昌黎 han yu
辛弃疾 = 辛稼轩 稼轩 xin qiji
欧阳修 = 欧阳永叔 ouyang xiu
纳兰性德 = 纳兰容若 纳兰
emily dickinson = 狄金森 艾米莉狄金森 艾米莉·狄金森
william wordsworth = 华兹华斯
lord byron = 拜伦 george gordon byron
percy bysshe shelley = 雪莱 percy shelley
john keats = 济慈
alfred tennyson = 丁尼生 alfred lord tennyson, lord tennyson
walt whitman = 惠特曼
henry wadsworth longfellow = 朗费罗
william shakespeare = 莎士比亚
robert burns = 彭斯
william butler yeats = 叶芝 w b yeats
thomas hardy = 哈代
christina rossetti = 罗塞蒂
robert louis stevenson = 史蒂文森 r l stevenson
john milton = 弥尔顿
walter scott = sir walter scott
"""


def _named(text: str) -> dict[str, tuple[str, ...]]:
    rows = (row.partition(" = ") for row in text.strip().splitlines())
    return {name: tuple(held.split(" | ")) if held else (name,) for name, _, held in rows}


def _aliases(text: str) -> dict[str, str]:
    found = {}
    for row in text.strip().splitlines():
        name, _, others = row.partition(" = ")
        for other in others.replace(",", " ,").split(" , "):
            words = other.split(" ")
            while words and not words[0].isascii():
                found[words.pop(0).replace("·", "")] = name
            if words:
                found[" ".join(words)] = name
    return found


# What a poem is asked for by → the authors under whom packs have that poet's work.
POETS: dict[Lang, dict[str, tuple[str, ...]]] = {
    "en": _named(_EN), "zh": {name: (name,) for name in _ZH.split()},
}  # fmt: skip
ALIASES = _aliases(_ALIASES)  # other names, in small letters, → the name in POETS, in small letters too
