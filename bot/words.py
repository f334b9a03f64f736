"""What the bot says around a work, as plain text; each platform quotes prompts in its own way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from atelier.languages import Lang, say, span
from atelier.languages import listed as enumerated
from atelier.requests import Kind
from atelier.store import UNFINISHED, Work
from atelier.tunes.beat import beats
from atelier.works import MelodyResult, PictureResult, PoemResult
from bot import acts
from bot.making import MAKING

Quote = Callable[[str], str]
FACES: dict[Kind, str] = {"paint": "🎨", "poem": "📜", "melody": "🎵"}
SHORT = 60  # characters of a prompt that name a work
LISTED = 100  # in a list of works
# What a button made of an earlier work, where its own words do not tell.
MADE_BY = {
    "vary": "made-vary-{}",
    "upscale": "made-upscale-{}",
    "blend": "made-blend",
    "continue": "made-continue",
}
WORTH_TELLING_S = 3.0  # a shorter wait is over before it is read


def acknowledgement(work: Work, place: int | None, quote: Quote, seconds: float | None = None) -> str:
    """The first answer: what was understood as asked, and the place in the queue (None: being made).

    ``seconds`` until it is made are told where there is a wait worth telling.
    """
    head = asked(work, quote)
    rest = say("being-made", work.lang) if place is None else standing(work.lang, place, seconds)
    return head + ("" if head.endswith("。") else " ") + rest


def asked(work: Work, quote: Quote) -> str:
    """What is being made: its kind and its words, as one sentence."""
    return say(f"asked-{work.kind}", work.lang, prompt=quote(work.request.words))


def drafted(work: Work, lines: Sequence[str], quote: Quote) -> str:
    """The acknowledgement of a poem that is being written, with the ``lines`` (ready to show) so far."""
    return "\n".join([acknowledgement(work, None, quote), "", say("draft", work.lang), *lines])


def standing(lang: Lang, place: int, seconds: float | None) -> str:
    """The place in the queue as a sentence, with the time until the work is made if that is known."""
    key = "place-next" if place <= 1 else "place"
    if seconds is None or seconds < WORTH_TELLING_S:
        return say(key, lang, place=place)
    return say(f"{key}-wait", lang, place=place, wait=span(seconds, lang))


def headline(work: Work, quote: Quote) -> str:
    """The line over a made work: the prompt, quoted, the options that were asked, and the button pressed."""
    said = [say("quoted", work.lang, prompt=quote(work.request.words)), *asked_options(work, quote)]
    return " · ".join([*said, *made_by(work, work.lang)])


def made_by(work: Work, lang: Lang) -> list[str]:
    """What a button made of an earlier work, in two words; nothing for a work that was asked in words."""
    pressed = acts.pressed(work)
    key = MADE_BY.get(pressed.name) if pressed else None
    return [say(key.format(pressed.value), lang)] if pressed and key else []


def asked_options(work: Work, quote: Quote, lang: Lang | None = None) -> list[str]:
    """The options that were asked, as a person reads them (in the work's language, or ``lang``).

    The seed is not among them: it stands with the result.
    """
    lang = lang or work.lang
    given = work.request.model_dump(exclude_none=True, exclude={"seed"})
    said = []
    for option in MAKING[work.kind].options:
        value = given.get(option.field or option.name)
        if value is None or option.required or (option.name == "count" and value == 1):
            continue
        if option.choices and option.type == "text":
            said.append(option.choice(value, lang))
            continue
        shown = (
            str(value)
            if isinstance(value, int)
            else quote(_key(value, lang) if option.name == "key" else value)
        )
        said.append(say(f"said-{option.name}", lang, value=shown))
    return said


def _key(key: str, lang: Lang) -> str:
    """``D minor`` in the reader's language."""
    tonic, _, mode = key.partition(" ")
    return f"{tonic} {say(f'mode-{mode}', lang)}"


def details(work: Work) -> str:
    """One line under a made work: what was understood, or the music in words; then version and seed."""
    result = work.result
    if isinstance(result, PictureResult):
        made = understood(result)
    elif isinstance(result, MelodyResult):
        made = " · ".join(music_made(work, result, work.lang))
    elif isinstance(result, PoemResult):
        made = form_named(result.form, work.lang)
    else:
        return ""
    return f"{made} · {say('made-by', work.lang, version=result.version, seed=str(result.seed))}"


def understood(result: PictureResult) -> str:
    """What was understood, to stand among other things in a line: without the stop at its end."""
    return result.understood.rstrip(".。")


def form_named(form: str, lang: Lang) -> str:
    """A form as it is called in the reader's language."""
    return next(o for o in MAKING["poem"].options if o.name == "form").choice(form, lang)


def music_in_words(result: MelodyResult, lang: Lang) -> str:
    """Key, metre, tempo and length, for those who cannot see the score."""
    mode = say(f"mode-{result.mode}", lang)
    return say(
        "music", lang, key=result.key, mode=mode, meter=result.meter, bars=result.bars,
        **beats(result.meter, result.tempo),
    )  # fmt: skip


def music_made(work: Work, result: MelodyResult, lang: Lang) -> list[str]:
    """The music in words, what plays it where that was no option, and what a word was taken to mean."""
    said = [music_in_words(result, lang)]
    if result.instrument and getattr(work.request, "instrument", None) is None:
        option = next(o for o in MAKING["melody"].options if o.name == "instrument")
        said.append(say("played-on", lang, instrument=option.choice(result.instrument, lang)))
    moods = next(o for o in MAKING["melody"].options if o.name == "mood")
    for word, mood in result.understood.items():
        said.append(say("read-as", lang, word=word, mood=moods.choice(mood, lang)))
    return said


def poem_text(result: PoemResult) -> str:
    """Title and lines with a blank line between stanzas."""
    blocks: list[str] = []
    start = 0
    for size in result.stanzas or [len(result.lines)]:
        blocks.append("\n".join(result.lines[start : start + size]))
        start += size
    return "\n\n".join(([result.title] if result.title else []) + blocks)


def alt(work: Work, number: int = 1) -> str:
    """Alternative text of picture ``number``: what was asked, and in which style."""
    style, steer = getattr(work.request, "style", None), getattr(work.request, "steer", None)
    text = say("alt", work.lang, prompt=work.request.words)
    mixed = dict.fromkeys(said.prompt for said in getattr(steer, "mix", ()))
    if others := [say("quoted", work.lang, prompt=words) for words in mixed if words != work.request.words]:
        text = say("alt-blended", work.lang, text=text, others=enumerated(others, work.lang))
    if style:
        text = say("alt-styled", work.lang, text=text, style=say(f"choice-style-{style}", work.lang))
    return text if number == 1 else f"{text} {number}"


def alt_melody(
    work: Work, result: MelodyResult, lang: Lang, key: str = "alt-score", quote: Quote = str
) -> str:
    """What was asked, and the music: alternative text of a melody's score, or (``key``) of its sound."""
    return say(key, lang, prompt=quote(work.request.words), music=music_in_words(result, lang))


def short(work: Work, lang: Lang) -> str:
    """A work named by its kind and the first of its words, plain."""
    return f"{FACES[work.kind]} {say('quoted', lang, prompt=cut(work.request.words, SHORT))}"


def told_apart(work: Work, lang: Lang, limit: int) -> str:
    """A work among others of its kind in a menu: by its title or words, what made it, and when, plain."""
    tail = " · ".join(["", *made_by(work, lang), f"{work.asked_at:%m-%d %H:%M}"])
    return cut(titled(work), limit - len(tail)) + tail


def titled(work: Work) -> str:
    """What a work is called: its title, else its words."""
    return getattr(work.result, "title", "") or work.request.words


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, with an ellipsis where something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def listed(work: Work, lang: Lang, quote: Quote) -> str:
    """A work as a line of a list: kind, words, what a button made of it, when, and whether it is made."""
    day = work.asked_at.strftime("%Y-%m-%d")
    said = say("quoted", lang, prompt=quote(cut(work.request.words, LISTED)))
    parts = [f"{FACES[work.kind]} {said}", *made_by(work, lang), day]
    if work.state in UNFINISHED:
        parts.append(say("listed-waiting", lang))
    elif work.result is None:
        parts.append(say("listed-nothing", lang))
    return " · ".join(parts)
