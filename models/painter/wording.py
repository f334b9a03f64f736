"""A request's options become words of the caption, phrased as the captions of the training pictures are."""

from __future__ import annotations

from atelier.languages import Lang, language_of
from atelier.requests import Mood, PaintRequest, Style
from atelier.safety import words_for_model
from models.painter.palette import WORDS as PALETTES

STYLES: dict[Style, dict[Lang, str]] = {
    "photo": {"en": "a photo of {}", "zh": "一张{}的照片"},
    "painting": {"en": "an oil painting of {}", "zh": "画一幅{}，油画"},
    "impressionism": {"en": "a painting of {}, impressionism", "zh": "画一幅印象派风格的{}"},
    "post-impressionism": {"en": "a painting of {}, post-impressionism", "zh": "画一幅后印象派风格的{}"},
    "renaissance": {"en": "a painting of {}, high renaissance", "zh": "画一幅文艺复兴盛期风格的{}"},
    "baroque": {"en": "a painting of {}, baroque", "zh": "画一幅巴洛克风格的{}"},
    "romanticism": {"en": "a painting of {}, romanticism", "zh": "画一幅浪漫主义风格的{}"},
    "expressionism": {"en": "a painting of {}, expressionism", "zh": "画一幅表现主义风格的{}"},
    "emoji": {"en": "{} in shiny cartoon emoji style", "zh": "卡通风格的{}"},
    "3d": {"en": "{}, 3D style", "zh": "3D立体风格的{}"},
    "flat": {"en": "{}, clean flat vector style", "zh": "现代扁平风格的{}"},
    "outline": {"en": "{}, outlined line art style", "zh": "黑线描边风格的{}"},
    "silhouette": {"en": "{}, silhouette icon", "zh": "{}的剪影图标"},
}
# The pictures have no moods in their labels: a mood is the light and colour that go with it.
MOODS: dict[Mood, dict[Lang, str]] = {
    "joyful": {"en": "bright, vivid colors", "zh": "明亮，色彩鲜艳"},
    "sad": {"en": "dark, cool colors", "zh": "昏暗，冷色调"},
    "calm": {"en": "muted colors, cool colors", "zh": "色彩柔和，冷色调"},
    "tense": {"en": "dark, warm colors", "zh": "昏暗，暖色调"},
    "wistful": {"en": "muted colors, warm colors", "zh": "色彩柔和，暖色调"},
    "epic": {"en": "dark, vivid colors", "zh": "昏暗，色彩鲜艳"},
    "playful": {"en": "bright, vivid colors", "zh": "明亮，色彩鲜艳"},
}


def caption(request: PaintRequest) -> str:
    """The words to draw from: the prompt (emoji spelled out) with the options in its language."""
    lang = language_of(request.prompt)
    said = words_for_model(request.prompt)
    if request.style:
        said = STYLES[request.style][lang].format(said)
    added = [PALETTES[request.palette][lang]] if request.palette else []
    if request.mood:
        added.append(MOODS[request.mood][lang])
    return ("，" if lang == "zh" else ", ").join([said, *added])
