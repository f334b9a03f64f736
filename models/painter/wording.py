"""A request's options become words of the caption, phrased as the captions of the training pictures are."""

from __future__ import annotations

from atelier.languages import Lang, language_of
from atelier.requests import Mood, PaintRequest, Palette, Style
from atelier.safety import words_for_model
from models.painter.contradictions import opposed, settle
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
    "watercolour": {"en": "a watercolour painting of {}", "zh": "{}，水彩画"},
    "ink": {"en": "an ink wash painting of {}", "zh": "{}，水墨画"},
    "poster": {"en": "{}, flat poster style", "zh": "{}，扁平海报风格"},
    "pixel": {"en": "{}, pixel art", "zh": "{}，像素画"},
    "glow": {"en": "{}, glowing night style", "zh": "{}，夜光风格"},
    "emoji": {"en": "{} in shiny cartoon emoji style", "zh": "卡通风格的{}"},
    "3d": {"en": "{}, 3D style", "zh": "3D立体风格的{}"},
    "flat": {"en": "{}, clean flat vector style", "zh": "现代扁平风格的{}"},
    "outline": {"en": "{}, outlined line art style", "zh": "黑线描边风格的{}"},
    "silhouette": {"en": "{}, silhouette icon", "zh": "{}的剪影图标"},
}
# A mood is the light and colour that go with it.
MOODS: dict[Mood, tuple[Palette, ...]] = {
    "joyful": ("bright", "vivid"), "sad": ("dark", "cool"), "calm": ("muted", "cool"),
    "tense": ("dark", "warm"), "wistful": ("muted", "warm"), "epic": ("dark", "vivid"),
    "playful": ("bright", "vivid"),
}  # fmt: skip


def caption(request: PaintRequest) -> str:
    """The words to draw from: the prompt (emoji spelled out) with the options in its language.

    Words of the prompt that contradict others are left out, and so is what a mood would add
    against the palette that was asked for.
    """
    lang = language_of(request.prompt)
    said = settle(words_for_model(request.prompt), lang).prompt
    if request.style:
        said = STYLES[request.style][lang].format(said)
    palettes: list[Palette] = [request.palette] if request.palette else []
    for palette in MOODS[request.mood] if request.mood else ():
        if palette not in palettes and not any(opposed(palette, other) for other in palettes):
            palettes.append(palette)
    return ("，" if lang == "zh" else ", ").join([said, *(PALETTES[p][lang] for p in palettes)])
