"""What styles of pictures are called: other names that people write, and the one that the studio keeps."""

from __future__ import annotations

from atelier.naming import canonical
from atelier.options import STYLES, Style

_OTHERS: dict[Style, str] = {
    "photo": "photograph, photography, realistic, 照片, 摄影, 写实",
    "painting": "oil, oil painting, oils, 油画, 绘画",
    "impressionism": "impressionist, 印象派",
    "post-impressionism": "post impressionism, post-impressionist, 后印象派",
    "renaissance": "文艺复兴",
    "baroque": "巴洛克",
    "romanticism": "浪漫主义",
    "expressionism": "expressionist, 表现主义",
    "watercolour": "watercolor, watercolours, watercolors, water colour, water color, 水彩, 水彩画",
    "ink": "ink wash, ink painting, sumi-e, 水墨, 水墨画, 国画",
    "poster": "flat poster, 海报",
    "pixel": "pixel art, pixels, pixelated, 像素, 像素画",
    "glow": "neon, glowing, night glow, 夜光, 霓虹",
    "emoji": "cartoon, 表情, 表情符号, 卡通",
    "3d": "3-d, 三维, 立体",
    "flat": "vector, flat colours, flat colors, 扁平",
    "outline": "line art, lineart, line drawing, 线描, 描边",
    "silhouette": "icon, 剪影, 图标",
}
_NAMES: dict[str, Style] = {style: style for style in STYLES} | {
    name: style for style, names in _OTHERS.items() for name in names.split(", ")
}


def canonical_style(value: object) -> object:
    """``Watercolor``, ``oil painting``, ``水墨`` → ``watercolour``, ``painting``, ``ink``; else as it is."""
    return canonical(value, _NAMES)
