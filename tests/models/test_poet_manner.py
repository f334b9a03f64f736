"""In the manner of a poet: how a prompt asks for it, what is learnt of a poet, what it does to a poem."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from atelier.errors import BadInput
from atelier.languages import Lang
from atelier.requests import Form, PoemRequest
from atelier.works import Made, PoemResult
from models.poet import manner
from models.poet.data import words_of
from models.poet.generate import Poet
from models.poet.likeness import Judge, likeness
from models.poet.manner import Manner, asked, find, learn
from models.poet.poets import ALIASES, POETS
from models.poet.version import load_tongue, save_manners
from models.poet.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def shipped() -> Poet:
    return Poet.load()


@pytest.mark.parametrize(
    ("prompt", "rest", "name"),
    [
        ("a storm in the manner of Emily Dickinson", "a storm", "Emily Dickinson"),
        ("in the manner of Emily Dickinson, a storm at sea", "a storm at sea", "Emily Dickinson"),
        ("In the style of Keats about autumn", "autumn", "Keats"),
        ("a poem on rain in the manner of D. H. Lawrence.", "a poem on rain", "D. H. Lawrence"),
        ("in the voice of Walter de la Mare on the moon", "the moon", "Walter de la Mare"),
        ("in the manner of Emily Dickinson", "", "Emily Dickinson"),
        ("the sea in the style of the old masters", "the sea in the style of the old masters", None),
        ("love in Shakespeare's style", "love", "Shakespeare"),
        ("a poem by Shakespeare about love", "a poem about love", "Shakespeare"),
        ("a poem by Bob Dylan about rain", "a poem about rain", "Bob Dylan"),
        ("a poem by candlelight", "a poem by candlelight", None),
        ("write like Keats about rain", "write about rain", "Keats"),
        ("in grandma's style", "in grandma's style", None),
        ("像李白那样写月亮", "月亮", "李白"),
        ("学杜甫写秋天", "秋天", "杜甫"),
        ("月亮，李白风格", "月亮", "李白"),
        ("像李白一样喝酒", "像李白一样喝酒", None),
        ("中国风格的园林", "中国风格的园林", None),
        ("仿李白，明月", "明月", "李白"),
        ("仿李白写明月", "明月", "李白"),
        ("明月 仿李白", "明月", "李白"),
        ("仿李白的明月", "明月", "李白"),
        ("用李白的风格写月亮", "月亮", "李白"),
        ("模仿杜甫的风格写一首关于秋天的诗", "秋天的诗", "杜甫"),
        ("以苏轼的口吻写中秋", "中秋", "苏轼"),
        ("仿艾米莉·狄金森写雪", "雪", "艾米莉·狄金森"),
        ("仿佛春天", "仿佛春天", None),
        ("仿古建筑", "仿古建筑", None),
        ("用心写诗", "用心写诗", None),
    ],
)  # fmt: skip
def test_a_prompt_names_a_poet(prompt: str, rest: str, name: str | None) -> None:
    assert asked(prompt) == (rest, name)


@pytest.mark.parametrize(
    ("lang", "name", "who"),
    [
        ("en", "emily dickinson", "Emily Dickinson"), ("en", "Dickinson", "Emily Dickinson"),
        ("en", "狄金森", "Emily Dickinson"), ("en", "艾米莉·狄金森", "Emily Dickinson"),
        ("en", "Browning", None),
        ("en", "Robert Browning", "Robert Browning"), ("en", "D H Lawrence", "D. H. Lawrence"),
        ("en", "Bob Dylan", None), ("en", "李白", None),
        ("zh", "李白", "李白"), ("zh", "Li Bai", "李白"), ("zh", "苏东坡", "苏轼"), ("zh", "徐志摩", None),
    ],
)  # fmt: skip
def test_a_poet_is_found_by_what_people_say(shipped: Poet, lang: Lang, name: str, who: str | None) -> None:
    found = find(name, shipped.tongues[lang].manners)
    assert (found.name if found else None) == who  # two poets are called Browning: say which


def test_every_other_name_leads_to_a_poet() -> None:
    names = {name.lower() for poets in POETS.values() for name in poets}
    assert set(ALIASES.values()) <= names
    assert not names & set(ALIASES)


def rows(author: str, line: str, many: int, split: str = "train") -> list[dict[str, Any]]:
    return [{"author": author, "lines": [line], "split": split} for _ in range(many)]


def test_what_a_poet_says_more_than_others_is_learnt_from_training_poems(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(manner, "PRIOR", 5.0)
    vocabulary = Vocabulary.of("en", ["the", "rose", "sea", "gold"])
    told = [
        *rows("Robert Burns", "the red rose", 100), *rows("John Keats", "the gold sea", 60),
        *rows("Baron George Gordon Byron Byron", "the sea", 60), *rows("George Gordon Byron", "the sea", 60),
        *rows("Robert Burns", "the gold gold gold", 500, "test"),
    ]  # fmt: skip
    found = learn(told, vocabulary, words_of)
    assert {name: one.poems for name, one in found.items()} == {"Lord Byron": 120, "Robert Burns": 100}
    assert max(found["Robert Burns"].words, key=found["Robert Burns"].words.__getitem__) == "rose"
    assert "gold" not in found["Robert Burns"].words
    assert "red" not in found["Robert Burns"].words  # which the poet cannot write
    assert found["Lord Byron"].words["sea"] > found["Lord Byron"].words.get("the", 0) > -1
    leaning = found["Robert Burns"].leaning(vocabulary)
    assert leaning.shape == (4,)
    assert float(leaning[1]) == pytest.approx(manner.STRENGTH * found["Robert Burns"].words["rose"])


def test_manners_are_kept_in_the_version_folder(shipped: Poet, tmp_path: Path) -> None:
    for lang, tongue in shipped.tongues.items():
        save_manners(tmp_path, tongue)
        path = tmp_path / f"{lang}-manners.json"
        assert path.stat().st_size < 100 * 1024
    folder = next(Path(manner.__file__).parent.parent.glob("weights/poet/*"))
    assert load_tongue(folder, "zh").manners == shipped.tongues["zh"].manners
    assert all(one.poems >= manner.LEAST and one.words for one in shipped.tongues["en"].manners.values())


def lines(poet: Poet, topic: str, form: Form, seeds: range) -> list[str]:
    answers = poet.generate([PoemRequest(topic=topic, form=form, seed=seed) for seed in seeds])
    poems = [one.result for one in answers if isinstance(one, Made) and isinstance(one.result, PoemResult)]
    assert len(poems) == len(seeds), answers
    return [line for poem in poems for line in poem.lines]


@pytest.mark.parametrize(
    ("lang", "form", "plain", "told", "name"),
    [
        ("en", "quatrain", "a stormy sea", "a stormy sea in the manner of Robert Burns", "Robert Burns"),
        ("zh", "七绝", "明月", "仿李白，明月", "李白"),
    ],
)
def test_a_manner_leans_towards_the_poets_words(
    shipped: Poet, lang: Lang, form: Form, plain: str, told: str, name: str
) -> None:
    own = shipped.tongues[lang].manners[name].words

    def share(topic: str) -> float:
        words = [word for line in lines(shipped, topic, form, range(4)) for word in words_of(line, lang)]
        return sum(word in own for word in words) / len(words)

    assert share(told) > share(plain) + 0.1


def test_the_name_is_no_part_of_topic_or_title(shipped: Poet) -> None:
    (answer,) = shipped.generate(
        [PoemRequest(topic="the sea in the manner of Emily Dickinson", form="haiku", seed=1)]
    )
    assert isinstance(answer, Made)
    assert isinstance(answer.result, PoemResult)
    assert answer.result.title == "The Sea"


@pytest.mark.parametrize(
    ("topic", "form", "key", "named"),
    [
        ("rain in the manner of Bob Dylan", "haiku", "poet-manner-unknown", "William Wordsworth"),
        ("仿徐志摩，再别康桥", "七绝", "poet-manner-unknown", "陆游"),
        ("仿李白，明月", "haiku", "poet-manner-other-en", "李白"),
        ("the moon in the style of Keats", "五绝", "poet-manner-other-zh", "John Keats"),
    ],
)
def test_whom_nobody_here_has_read_is_refused_with_some_who_are(
    shipped: Poet, topic: str, form: Form, key: str, named: str
) -> None:
    (answer,) = shipped.generate([PoemRequest(topic=topic, form=form, seed=1)])
    assert isinstance(answer, BadInput)
    assert answer.key == key
    for lang in ("en", "zh"):
        assert named in answer.text(lang)


def test_a_version_without_manners_says_so(shipped: Poet, monkeypatch: pytest.MonkeyPatch) -> None:
    for tongue in shipped.tongues.values():
        monkeypatch.setitem(tongue.__dict__, "manners", {})
    (answer,) = shipped.generate([PoemRequest(topic="rain in the manner of Keats", form="haiku", seed=1)])
    assert isinstance(answer, BadInput)
    assert answer.key == "poet-manner-nobody"


def test_the_judge_picks_by_words() -> None:
    judge = Judge({"one": [["sea", "sea", "ship"]], "other": [["rose", "garden"]]})
    assert judge.pick(["sea", "storm"]) == "one"
    assert judge.pick(["rose"]) == "other"


def test_likeness_asks_for_each_poet_and_sets_real_poems_beside(
    shipped: Poet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.poet.likeness.AMONG", 2)
    told = [
        *rows("李白", "酒月仙", 6, "test"), *rows("杜甫", "国病愁", 6, "test"),
        *rows("李白", "仙酒月", 3, "val"), *rows("杜甫", "酒酒酒", 1, "val"), *rows("杜甫", "月月月", 90),
    ]  # fmt: skip
    figure = likeness(shipped, told, "zh", ["明月"])
    assert figure is not None
    assert (figure.name, figure.baselines) == ("manner_zh", {"by chance": 0.5, "real poems": 0.75})
    assert figure.value in (0.0, 0.5, 1.0)
    monkeypatch.setattr("models.poet.likeness.AMONG", 3)
    assert likeness(shipped, told, "zh", ["明月"]) is None


def test_a_manner_is_its_words() -> None:
    assert Manner("x", 1, {"never": 1.0}).leaning(Vocabulary.of("en", ["sea"])).tolist() == [0.0]
