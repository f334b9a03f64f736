"""The tune as a printed score: MEI engraved by verovio, drawn by resvg on a white card.

The card is opaque, with a margin, so that it reads on dark and on light chats. Its lettering is
the font inside Pillow, so a machine with no fonts draws the same card; it has Latin letters only,
which is why the heading is in English whatever the prompt's language.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from xml.sax.saxutils import quoteattr

import resvg_py
import verovio
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from models.composer.harmony import Chord, changes
from models.composer.notation import (
    VALUES,
    Accidentals,
    Piece,
    beams,
    chord_name,
    fifths,
    pieces,
    spell,
)

WIDTH = 1400  # pixels
MARGIN = 48
INK = (24, 26, 32)
GREY = (104, 110, 122)


@cache
def toolkit() -> verovio.toolkit:
    """Verovio, set up once a process."""
    verovio.enableLog(verovio.LOG_ERROR)
    made = verovio.toolkit()
    made.setOptions(
        {
            "pageWidth": 1750,
            "pageHeight": 60000,
            "adjustPageHeight": True,
            "breaks": "encoded",
            "scale": 50,
            "header": "none",
            "footer": "none",
            "pageMarginLeft": 20,
            "pageMarginRight": 20,
            "pageMarginTop": 30,
            "pageMarginBottom": 20,
            "spacingSystem": 8,
            "minLastJustification": 0,
            "staffLineWidth": 0.2,
            "font": "Leland",
            "xmlIdChecksum": True,
        }
    )
    return made


@cache
def lettering() -> bytes:
    """The bytes of the font that Pillow carries (Aileron, CC0)."""
    font = ImageFont.load_default(20)
    if not isinstance(font, ImageFont.FreeTypeFont) or not isinstance(font.path, io.BytesIO):
        return b""
    return font.path.getvalue()


def score(
    notes: Sequence[Sequence[int]],
    *,
    heading: str,
    detail: str,
    meter: str,
    key: str,
    mode: str,
    bars: int,
    chords: Sequence[Chord],
    home: int,
    fields: Mapping[str, str],
) -> bytes:
    """The PNG's bytes, with ``fields`` as text chunks."""
    music = _draw(mei(notes, meter=meter, key=key, mode=mode, bars=bars, chords=chords, home=home))
    top = 128
    card = Image.new("RGB", (WIDTH, top + music.height + MARGIN), "white")
    pen = ImageDraw.Draw(card)
    pen.text((MARGIN + 8, 36), heading, font=ImageFont.load_default(38), fill=INK)
    pen.text((MARGIN + 8, 86), detail, font=ImageFont.load_default(22), fill=GREY)
    card.paste(music, (MARGIN, top))
    info = PngInfo()
    for name, value in fields.items():
        info.add_itxt(name, value)
    out = io.BytesIO()
    card.convert("L").save(out, "PNG", pnginfo=info)
    return out.getvalue()


def _draw(encoding: str) -> Image.Image:
    tool = toolkit()
    tool.loadData(encoding)
    drawing = tool.renderToSVG(1)
    with tempfile.NamedTemporaryFile(suffix=".otf") as file:
        file.write(lettering())
        file.flush()
        png = resvg_py.svg_to_bytes(
            svg_string=drawing,
            background="#ffffff",
            width=WIDTH - 2 * MARGIN,
            skip_system_fonts=True,
            font_files=[file.name],
            font_family="Aileron",
            serif_family="Aileron",
            sans_serif_family="Aileron",
        )
    return Image.open(io.BytesIO(bytes(png))).convert("RGB")


def mei(
    notes: Sequence[Sequence[int]],
    *,
    meter: str,
    key: str,
    mode: str,
    bars: int,
    chords: Sequence[Chord],
    home: int,
) -> str:
    """The tune in MEI 5: one staff, four bars a system, beams by the beat, ties where notes are split."""
    over, under = meter.split("/")
    count = fifths(key, mode)
    sign = f"{abs(count)}{'s' if count > 0 else 'f'}" if count else "0"
    accidentals = Accidentals(key, mode)
    laid = pieces(notes, meter, bars)
    size = sum(piece.length for piece in laid[0])
    measures = []
    following = _followers(laid)
    for index, bar in enumerate(laid):
        accidentals.barline()
        layer, ties = "", ""
        for group in beams(bar, meter):
            inner = ""
            for piece in group:
                inner += _piece(piece, size, accidentals, key, mode)
                if piece.tied_to:
                    ties += f'<tie startid="#{_name(piece)}" endid="#{following[_name(piece)]}"/>'
            layer += f"<beam>{inner}</beam>" if len(group) > 1 else inner
        harms = "".join(
            f'<harm staff="1" place="above" tstamp="{1 + (chord.start % size) * int(under) / 16:g}">'
            f"{chord_name(chord.root, chord.quality, key, mode, home)}</harm>"
            for chord in changes(chords)
            if chord.start // size == index
        )
        right = ' right="end"' if index == bars - 1 else ""
        if index and index % 4 == 0:
            measures.append("<sb/>")
        staff = f'<staff n="1"><layer n="1">{layer}</layer></staff>'
        measures.append(f'<measure n="{index + 1}"{right}>{staff}{ties}{harms}</measure>')
    return (
        '<mei xmlns="http://www.music-encoding.org/ns/mei" meiversion="5.0"><meiHead><fileDesc><titleStmt>'
        "<title/></titleStmt><pubStmt/></fileDesc></meiHead><music><body><mdiv><score>"
        f"<scoreDef keysig={quoteattr(sign)} meter.count={quoteattr(over)} meter.unit={quoteattr(under)}>"
        '<staffGrp><staffDef n="1" lines="5" clef.shape="G" clef.line="2"/></staffGrp></scoreDef>'
        f"<section>{''.join(measures)}</section></score></mdiv></body></music></mei>"
    )


def _followers(laid: Sequence[Sequence[Piece]]) -> dict[str, str]:
    """Each piece's name to the next one's: what a tie leads to."""
    names = [_name(piece) for bar in laid for piece in bar]
    return dict(pairwise(names))


def _name(piece: Piece) -> str:
    return f"n{piece.bar}-{piece.at}"


def _piece(piece: Piece, size: int, accidentals: Accidentals, key: str, mode: str) -> str:
    """One piece in a bar of ``size`` sixteenths."""
    if piece.pitch is None and piece.length == size:
        return f'<mRest xml:id="{_name(piece)}"/>'
    value, dots = VALUES[piece.length]
    written = f'xml:id="{_name(piece)}" dur="{value}"' + (f' dots="{dots}"' if dots else "")
    if piece.pitch is None:
        return f"<rest {written}/>"
    spelt = spell(piece.pitch, key, mode)
    sign = {-2: "ff", -1: "f", 0: "n", 1: "s", 2: "x"}[spelt.alter]
    shown = not piece.tied_from and accidentals.needed(spelt)
    accid = f' accid="{sign}"' if shown else f' accid.ges="{sign}"' if spelt.alter else ""
    return f'<note {written} pname="{spelt.letter.lower()}" oct="{spelt.octave}"{accid}/>'
