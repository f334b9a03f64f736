"""Whether a prompt is in a third language: the poet reads English and Chinese.

Letters of other scripts are counted, and words in Latin letters are looked up among English ones. Small words
of the most spoken other languages are proof enough, and so is what poems are about in them, where no English
word stands beside it; without either only a whole phrase of unknown words is taken for another language, for
a name or a word of today is no fault.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# Articles, prepositions and the like of languages in Latin letters; none that is much used in English.
_LED = "le la les un une el los las una unos unas il gli uno os uma der das ein eine het een"
_LINKED = """
des du de et en est dans avec sur qui que sous aux mon sa ses je il elle nous vous ils elles où très au à
del y con por para su mis es al lo se como más muy yo tú qué sobre desde
um uns umas da das dos não mais meu minha seu sua eu você ao
della dello dei delle degli nel nella nei sul sulla è sono di mia suo più
und einen einem einer ist im dem von mit auf bei für nicht ich wir sie über zum zur wie mein
van ik niet zijn voor aan ook wij mijn
och att det som ett på är för jag inte av og ikke til jeg
się jest nie dla przez moja mój
deg meg mitt ditt
ve bir bu için ile gibi çok
yang di ke untuk dengan dari ini itu
"""
# What people ask poems about, where English has no such word and no name has it much.
_TOLD = """
printemps automne hiver neige pluie fleurs étoile étoiles étoilée nuit nuits matin soir forêt arbre
arbres feuille feuilles oiseau oiseaux chien cœur coeur rêve rêves enfance jardin rivière première
tristesse bonheur larmes noche noches estrella estrellas estrellada verano otoño invierno lluvia nieve
cielo corazón eterno sueño sueños perro gato gatos pájaro pájaros bosque río montaña viento tristeza
soledad ciudad árbol hojas noite noites estrelas chuva coração saudade sonho sonhos verão outono inverno
praia céu notte notti stelle neve pioggia autunno inverno fiore fiori cuore amore sogno sogni gatto
bosco foglie nacht nächte meer mond sonne himmel schnee wald blume blumen herz herbst sommer sommertag
frühling liebe traum träume katze hund licht stille schläft schön schöne schönes einsam zomer zomerse
lente herfst sneeuw maan sterren liefde bloem bloemen huis hond kucing tidur bulan purnama hujan laut
langit bunga malam cinta matahari pantai musim saya gunung angin biru natt hjärta kärlek sommar snö
stjärnor skog blomma måne kjærlighet hjerte miłość serce śnieg księżyc morze gwiazdy wiosna jesień
aime aimer amour amours bonjour bonsoir quiero mucho mucha amor amo vida mar mares mèo chó hoa yêu
maman bahar geldi elsker schneeflocken flocken tavaszi zimowy wieczór
deszcz gece gecesi kış aşk yağmur çiçek yıldız rüya mùa xuân tuyết trăng biển đêm mưa rakkaus kesä talvi
"""
# English with a mark; other words in small letters that have one are none.
_LENT = """
café cafés naïve naïveté fiancé fiancée résumé cliché clichés façade façades déjà soufflé crème brûlée piñata
jalapeño señor señora señorita mañana über doppelgänger protégé risqué sauté purée entrée matinée décor élan
éclair née blasé passé attaché touché voilà château châteaux fête rôle tête smörgåsbord açaí à découpage mâché
d'état d'être
"""
_LOANS = frozenset(_LENT.split())
_SMALL_ENGLISH = "a the of in and my your our with for to is are on at by i from under"
_ENGLISH = frozenset(_SMALL_ENGLISH.split())
_PLACES = "angeles vegas palmas alamos paso paz salvador dorado nino"  # after an article
_OWN = "mi mon mein meine meu minha"
_DIE = "die"  # an article where such a word stands beside it; the English verb elsewhere
_ARTICLES = frozenset(_LED.split())
_LEADING = _ARTICLES | frozenset(_OWN.split())
_SMALL = _LEADING | frozenset(_LINKED.split())
FOREIGN = _ARTICLES | frozenset(["de", "du", "des", "del", "di", "von", "und"])  # what no poem is about
_SUBJECTS = frozenset(_TOLD.split())
_NAMED = frozenset(_PLACES.split())
_HELD = frozenset(["l", "d", "j", "qu", "n", "s", "t", "m", "c"])  # before an apostrophe: l'été, qu'il
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_HAN = re.compile(r"[㐀-䶿一-鿿]")
LEAST = 4  # words of which none is known, where no small word proves anything


def is_third(text: str, known: Callable[[str], bool]) -> bool:
    """Whether ``text`` is in another language than English and Chinese; ``known``: of English, lower case.

    Never for a single word in Latin letters, nor where all but the small words are capitalised: a name.
    """
    letters = [letter for letter in text if letter.isalpha()]
    if not letters:
        return False
    # 初雪の夜 is how Chinese write for looks, once; 桜の花 is Japanese.
    forgiven = 1 if all(map(_is_simplified, filter(_HAN.match, letters))) else 0
    if letters.count("の") > forgiven:
        return True
    own = sum(bool(_HAN.match(letter)) or _is_latin(letter) for letter in letters)
    if 2 * own <= len(letters) or any(_is_kana(letter) for letter in letters):
        return True
    return not _HAN.search(text) and _is_other_latin(text, known)


def _is_simplified(character: str) -> bool:
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("LATIN", "FULLWIDTH LATIN"))


def _is_kana(letter: str) -> bool:
    """But the one that is written among Chinese words for its looks."""
    return letter != "の" and unicodedata.name(letter, "").startswith(("HIRAGANA", "KATAKANA"))


def _is_other_latin(text: str, known: Callable[[str], bool]) -> bool:
    words: list[str] = []
    small: list[str] = []
    english = 0
    every = _WORD.findall(unicodedata.normalize("NFC", text).replace("’", "'"))
    german = any(word.lower() in _SUBJECTS for word in every)
    for whole in every:
        head, _, tail = whole.lower().partition("'")
        if tail and head in _HELD and not known(whole.lower()):
            small.append(head)
            words.append(whole.partition("'")[2])
            english += known(tail)
        elif whole.lower() in _SMALL or (german and whole.lower() == _DIE):
            small.append(whole.lower())
        elif len(whole) > 1:  # a single letter is a word of too many languages
            words.append(whole)
            english += (known(whole.lower()) or whole.lower() in _NAMED) and whole.lower() not in _SUBJECTS
    kinds = len(set(small))
    if _is_told(words, bool(small)) and (not english or (kinds > 1 and 2 * english <= kinds)):
        return True  # with two small words against one that English has, too: der Wind im Wald
    if _is_marked(every) and 2 * english <= len(every):
        return True
    if not words or all(word[0].isupper() for word in words):
        return False
    many = len(words) + len(small)
    if many == 2 and small and not english:  # la nuit, l'hiver; but not rusty van
        first = re.split(r"[\s'’]", text.strip().lower())[0]
        return first in _LEADING or first == "l"
    if not small:
        return many >= LEAST and not english
    if kinds > 1 and len(words) > 1:  # la la land has one of them
        return 2 * english <= kinds
    led = many == LEAST - 1 and text.lower().startswith(tuple(f"{word} " for word in _LEADING))
    return (many >= LEAST or led) and 4 * english < many


def _is_marked(every: list[str]) -> bool:
    """Whether one of several words has a letter that English has not, and none is a small word of English."""
    plain = [word.lower() for word in every]
    if len(every) < 2 or _ENGLISH.intersection(plain):
        return False
    marked = (word for word in every if word.islower() and not unicodedata.normalize("NFD", word).isascii())
    return any(word not in _LOANS for word in marked)


def _is_told(words: list[str], linked: bool) -> bool:
    """Whether one of several words is what poems are about elsewhere; in a name only with a small word."""
    told = [word.lower() in _SUBJECTS for word in words]
    if len(words) + linked < 2 or not any(told):
        return False
    return linked or all(told) or not all(word[0].isupper() for word in words)
