"""The prompt filter: what it must find however it is disguised, what it must let pass, and 10,000 prompts."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from atelier.moderation import comparable, find, lists
from atelier.safety import clean_prompt
from tests.atelier.disguises import HAN_TRICKS, TRICKS

# A few words of each list: what every trick below is tried on.
LATIN = {
    "porn": "sexual", "nude": "sexual", "hentai": "sexual", "blowjob": "sexual", "beheading": "gore",
    "lolicon": "minors", "rapist": "rape", "bestiality": "rape", "faggot": "hate",
}  # fmt: skip
HAN = {
    "裸体": "sexual",
    "色情": "sexual",
    "斩首": "gore",
    "恋童": "minors",
    "强奸": "rape",
    "自杀方法": "harm",
}
GENTLE = ["a stormy sea at dusk with {}", "{}", "please, {} now!", "画一幅{}的画", "{} style of Monet"]

INNOCENT = [
    "a stormy sea at dusk", "Essex and Sussex in spring", "a cocktail on a balcony",
    "a peacock, 3 feathers", "an assassin's creed of grass", "class of 1984",
    "the pen is mightier than the sword", "5 ex-soldiers", "Scunthorpe at night",
    "a therapist and a grape", "Moby Dick, the white whale", "as soon as it snows",
    "a naked mole rat", "bare trees, naked branches", "blue tits on a branch",
    "great tits in the snow", "a minor key, sad", "a shitake... shiitake mushroom soup",
    "analysis of a canal", "document titles", "a cumulus cloud", "Dickens reading", "hotel Arsenal",
    "basement", "a peach in A minor", "I love you so", "children playing in the snow",
    "a baby elephant", "a girl with a pearl earring", "the little prince", "a body of water",
    "a torso of marble", "the birth of Venus", "button mushrooms", "spic and span kitchen",
    "a chink of light", "bombay sapphire", "a bomb shelter garden", "killing time at the station",
    "a kiss at the harbour", "s o s from a ship", "u s a by train", "a b c d e f g", "x y z",
    "1 2 3 4 5 6 7", "I a m here", "e = m c 2", "a a a a a", "@nancy and @nathan", "暴风海面",
    "裸子植物", "裸露的岩石", "早晨的露点和霜", "强大的奸商", "光裸，体态优美的树",
    "一个小女孩在雪地里", "血色黄昏", "性格开朗的猫", "做一个爱笑的人", "孩子们放风筝",
    "自己杀青的电影", "黄昏的片段", "高中生的夏天", "少年与海", "母亲的手", "奶牛在山坡上", "初雪",
    "人体工学椅", "赤裸的大地", "炸弹樱桃", "鬼怪与黑猫", "白色情人节的花", "白色情人节快乐",
    "粉色情人节蛋糕", "红色情书", "蓝色情调的酒吧", "彩色情侣装", "黑色情绪", "金色情怀",
    "热情色彩的舞会", "异国风情色调", "爱情色彩", "做爱心早餐", "做爱国者", "女性爱好者",
    "异性交往", "女性交流会", "十字路口交通灯", "港口交汇处", "人群交错的车站", "羊群交织的山坡",
    "发射精准的火箭", "无码头的小岛", "金黄片片落叶", "强大胸怀的男人", "救援交通", "独自慰问老人",
    "漆黑鬼屋", "黑鬼怪", "留恋童年", "依恋童话", "北京长春宫的雪", "夏天的林阴道",
    "nu jazz at midnight", "nu metal cover", "Art Nouveau and nu disco", "the pen is on the desk",
    "pen island", "an al fresco dinner", "an us-versus-them story", "let it go re-imagined",
    "a ship be heading home", "bond age is golden", "a top less travelled", "only fans of jazz",
    "three some day", "cream pie and coffee", "the therapist", "a grapevine", "rapeseed fields",
    "a drapery study", "essex county", "Middlesex in fog", "sextant", "Dickinson's garden",
    "analog synth", "canal boats", "a cockatoo", "shuttlecocks", "gorecki's symphony", "the Gorgon",
    "orgyen temple", "hens and tai chi", "mandrake", "cowboys in rain", "manuscript",
    "a starry kidney bean", "room 123", "apollo 11", "area51", "4x4 track", "kung fu kicks",
    "a sexton beetle", "raspberries", "cumbria", "cumin and coriander", "circumference",
]  # fmt: skip


def verdict(prompt: str) -> str | None:
    """As the gate takes it: cleaned first."""
    found = find(str(clean_prompt(prompt)))
    return found.kind if found else None


@pytest.mark.parametrize("trick", TRICKS)
def test_a_disguise_changes_nothing(trick: str) -> None:
    missed = [
        (word, place)
        for word, kind in LATIN.items()
        for place in GENTLE
        if verdict(place.format(TRICKS[trick](word))) != kind
    ]
    assert missed == []


@pytest.mark.parametrize("trick", HAN_TRICKS)
def test_a_chinese_disguise_changes_nothing(trick: str) -> None:
    missed = [
        (word, place)
        for word, kind in HAN.items()
        for place in ("{}", "一幅{}的画", "a picture of {}")
        if verdict(place.format(HAN_TRICKS[trick](word))) != kind
    ]
    assert missed == []


@pytest.mark.parametrize("prompt", INNOCENT)
def test_what_only_looks_so_passes(prompt: str) -> None:
    assert find(prompt) is None


GUILTY = [
    "nu de", "a nu de woman", "n u d e", "nu-de", "nude123", "123nude", "nude_pics", "nudegirl",
    "a NudeGirl99", "sexgirl", "girlsex", "hen tai", "h e n t a i", "por n", "po rn", "porn69",
    "ecc hi", "blo wjob", "be hea ding", "fu ck", "dil do", "up skirt", "sex69", "69sex",
    "nudephotos", "xxx18", "go ry", "ra pist", "best iality", "loli con", "fag got", "nude boy12",
    "nudekid", "sexchild", "n.u.d.e", "nu d e", "n ude", "色情", "色 情", "白色情片", "色情人物",
    "色情情节", "黄色情色", "画一幅色情画", "红色裸体", "做爱", "女性做爱", "在路口口交", "性交",
    "群交", "射精", "无码片", "黄片", "恋童癖", "自慰", "黑鬼", "阴道", "春宫图", "裸体女人",
    "裸，体", "儿童色情", "情人节的色情", "白色情人节的色情", "长春宫里的春宫图",
]  # fmt: skip


@pytest.mark.parametrize("prompt", GUILTY)
def test_what_is_parted_or_glued_is_found(prompt: str) -> None:
    assert verdict(prompt) is not None


def test_a_child_glued_to_it_is_a_child() -> None:
    assert {verdict(prompt) for prompt in ("nudekid", "sexchild", "nu de kids")} == {"minors"}


def test_a_comma_parts_words_unless_a_letter_stands_alone() -> None:
    assert verdict("裸，体") == "sexual"
    assert verdict("画：裸，体，画") == "sexual"
    assert verdict("光裸，体态") is None


def test_the_grave_kinds_come_first_and_stay_refused_among_adults() -> None:
    assert verdict("a nude woman") == "sexual"
    assert find("a nude woman, blood and gore", adults=True) is None
    for prompt in (
        "a nude schoolgirl",
        "小女孩 裸体",
        "naked kids",
        "s e x with a child",
        "a nude, 9 years old",
    ):
        assert verdict(prompt) == "minors"
        found = find(prompt, adults=True)
        assert found is not None
        assert found.kind == "minors"
    assert {entry.kind for entry in lists().entries} >= {"sexual", "gore", "minors", "rape", "hate", "harm"}
    assert lists().adult == {"sexual", "gore"}


@pytest.mark.parametrize(
    "prompt",
    ["a teapot", "t e a p o t", "TEAP0T", "teаpot", "te\u200bapot", "a teaaapot", "te-a-pot", "te*pot"],
)
def test_a_servers_own_word_is_found_as_well(prompt: str) -> None:
    found = find(prompt, extra=("kettle", "teapot"))
    assert found is not None
    assert (found.kind, found.text) == ("server", "teapot")
    assert find("a tea pot", extra=("teapot",)) is None
    assert find("a cup of tea", extra=("teapot", "", "*", "  ")) is None
    assert find("白色 茶 壶", extra=("茶壶",))
    assert find("the old tea pot", extra=("tea pot",))


# 10,000 prompts


@pytest.mark.parametrize(
    "prompt",
    [
        "a market in Lagos, Nigeria", "Nigerian jollof rice", "a rapping cat", "they rapped all night",
        "Ingmar Persson reading", "a malleable, nude-coloured shoe", "弹性交通",
        "一次性交付的礼物", "柔性交织的光",
        "出色情节", "你喜欢体操，你呢", "穿裸色裙子的小女孩", "岁月静好，性感的女人",
    ],
)  # fmt: skip
def test_everyday_words_pass_that_only_look_like_a_drawn_out_one(prompt: str) -> None:
    assert find(prompt, adults=True) is None


@pytest.mark.parametrize(
    "prompt",
    [
        "没穿衣服的小女孩", "光着身子的小孩", "裸身的小女孩", "裸小孩", "幼女 裸", "12岁 裸", "未成年 性感",
        "a child without clothes", "a kid, no clothes",
    ],
)  # fmt: skip
def test_children_are_never_drawn_without_clothes(prompt: str) -> None:
    for adults in (False, True):
        found = find(prompt, adults=adults)
        assert found is not None
        assert found.kind == "minors"


@pytest.mark.parametrize("word", ["🍆", "$$$", "C++", "…"])
def test_what_has_no_letters_is_no_word_of_a_server(word: str) -> None:
    assert not comparable(word)
    assert find("grade c milk $$$ 🍆", extra=(word,)) is None


@pytest.mark.parametrize(
    ("word", "prompt"), [("teapot", "two teapots"), ("glass", "glasses"), ("茶壶", "一把茶 壶")]
)
def test_a_servers_word_counts_for_several_too(word: str, prompt: str) -> None:
    assert find(prompt, extra=(word,)) is not None


ALPHABET = st.text(max_size=80) | st.text(
    alphabet="abeinoprstuxcdkly01345@$!*_-. ，。裸体色情@#<>`[]()\\\u200b\u202e\u0301🇳🇺🇩🇪🅰ⓝ𝓷е", max_size=80
)


@settings(max_examples=4000, deadline=None)
@given(ALPHABET)
@example("*" * 500)
@example("a " * 250)
@example("@" * 500)
@example("n*" * 250)
def test_no_prompt_breaks_the_filter(prompt: str) -> None:
    cleaned = str(clean_prompt(prompt))
    found = find(cleaned, extra=("teapot",))
    assert found is None or found.text
    assert find(cleaned, extra=("teapot",)) == found
    if found is None:
        assert find(cleaned, adults=True) is None  # an age-restricted mode only allows more


def test_six_thousand_hidden_words_are_all_found() -> None:
    """Every trick on words of the lists, between words that mean nothing bad; the seed is fixed."""
    chance = random.Random(7)
    filler = [*"sea dusk lighthouse calm garden boats river snow window".split(), *"海山雪月"]  # noqa: SIM905
    missed = []
    for _ in range(6000):
        around = [chance.choice(filler) for _ in range(chance.randrange(8))]
        if chance.random() < 0.75:
            word, kind = chance.choice(list(LATIN.items()))
            trick = chance.choice(list(TRICKS))
            hidden = TRICKS[trick](word)
        else:
            word, kind = chance.choice(list(HAN.items()))
            trick = chance.choice(list(HAN_TRICKS))
            hidden = HAN_TRICKS[trick](word)
        around.insert(chance.randrange(len(around) + 1), hidden)
        if verdict(" ".join(around)) != kind:
            missed.append((word, trick, " ".join(around)))
    assert missed == []
