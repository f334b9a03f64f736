"""What the poet is asked when it is judged, and which words show that a Chinese poem is about it."""

from __future__ import annotations

from atelier.languages import Lang
from atelier.requests import HEADED, Form, PoemRequest, form_language

PROMPTS: dict[Lang, tuple[str, ...]] = {
    "en": (
        "a stormy sea", "the first snow of winter", "my grandmother's garden", "an old lighthouse",
        "autumn rain", "silence",
        "a cat asleep in the sun", "falling in love", "the death of a friend", "a robot that dreams",
        "city at night", "spring flowers", "the long road home", "a wild horse", "war and peace",
        "a child's laughter", "the moon over the mountains", "bread and honey", "lost letters", "月亮",
    ),
    "zh": (
        "初雪", "秋夜思乡", "送友人", "江上渔舟", "梅花", "春雨", "明月", "山中古寺", "边塞将军", "采莲女",
        "中秋节", "红叶", "老马", "相思", "登高望远", "竹林", "猫", "黄昏的海", "读书", "a stormy sea",
    ),
}  # fmt: skip
JUDGED = {"月亮": "the moon"}  # the judge of topics reads English
# Of rare letters and of two to nine of them; of every number of characters that can be asked for, one with a
# word of today.
ACROSTICS: dict[Lang, tuple[str, ...]] = {
    "en": ("ocean", "love", "queen", "jazz", "my", "voyage", "blackbird"),
    "zh": ("春江花月", "王明", "我爱你", "岁月长平安", "天上一轮明月", "桃李春风一杯酒", "岁岁年年平安喜乐"),
}
# A poem is about a Chinese prompt when it has one of these: the prompt's own word, or a word that could stand
# for it. By hand, knowing nothing of how the poet reads a prompt; a word that any poem may have (a mountain
# for a temple in the mountains, the spring for its rain) does not count.
NEAR: dict[str, tuple[str, ...]] = {
    "初雪": ("雪", "霰", "霙", "琼花"),
    "秋夜思乡": ("秋", "乡", "故园", "故国", "思归", "归心", "归梦"),
    "送友人": ("送", "友", "故人", "别", "离", "赠"),
    "江上渔舟": ("渔", "舟", "船", "钓", "棹", "帆", "楫"),
    "梅花": ("梅", "疏影", "暗香"),
    "春雨": ("雨", "霖", "霏霏"),
    "明月": ("月", "蟾", "婵娟", "桂魄", "玉盘"),
    "山中古寺": ("寺", "僧", "禅", "佛", "钟", "梵", "刹"),
    "边塞将军": ("边", "塞", "将军", "戍", "征", "烽", "战", "军", "兵", "沙场", "旌"),
    "采莲女": ("莲", "荷", "芙蓉", "菱", "藕"),
    "中秋节": ("中秋", "月", "桂", "蟾", "团圆"),
    "红叶": ("红叶", "枫", "霜叶", "丹叶", "落叶", "黄叶", "丹枫"),
    "老马": ("马", "骥", "骏", "鞍", "蹄", "骓"),
    "相思": ("思", "忆", "念", "离愁", "别恨", "红豆"),
    "登高望远": ("登", "望", "眺", "凭栏", "凭阑", "极目", "高楼", "危楼", "高台"),
    "竹林": ("竹", "篁", "筠", "笋"),
    "猫": ("猫", "狸"),
    "黄昏的海": ("海", "沧", "潮", "黄昏", "斜阳", "夕阳", "落日"),
    "读书": ("书", "读", "卷", "学", "经史"),
    "a stormy sea": ("海", "沧", "浪", "涛", "潮", "风雨", "狂风"),
}


def request_for(form: Form, seed: int) -> PoemRequest:
    """The ``seed``-th request of the evaluation for ``form``."""
    lang = form_language(form)
    prompt = PROMPTS[lang][seed % len(PROMPTS[lang])]
    acrostic = ACROSTICS[lang][seed % len(ACROSTICS[lang])] if form in HEADED else None
    return PoemRequest(topic=prompt, form=form, acrostic=acrostic, seed=seed)
