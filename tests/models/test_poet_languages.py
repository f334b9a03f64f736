"""Prompts in a third language are refused, and nobody's name, nor English that is not in old verse."""

from __future__ import annotations

import pytest

from atelier.errors import BadInput
from models.poet.generate import Poet
from models.poet.topic import check_language
from tests.models.test_poet import ask, refusal


@pytest.fixture(scope="module")
def shipped() -> Poet:
    return Poet.load()


@pytest.mark.parametrize(
    "prompt",
    [
        "привет", "бурное море", "بحر", "こんにちは", "雪のふる夜", "春が来た", "바다", "겨울 바다 雪",
        "θάλασσα",
        "la mer et le soleil", "un chat qui dort au soleil", "l'été de mon enfance",
        "le premier jour de neige",
        "el mar en invierno", "un gato que duerme en el sol", "la casa blanca", "una noche de verano",
        "uma noite de verão na praia", "der alte Mann und das Meer", "ein kalter Wintertag im Wald",
        "la primavera e il mare", "het huis aan zee", "stary człowiek przez morze idzie",
        "la vie en rose", "a poem about любовь", "write a haiku about la mer et le soleil",
        "vanha kissa nukkuu auringossa", "la nuit", "mi corazón", "l'hiver", "雪が降る夜",
        "das Meer bei Nacht", "Meine Katze schläft", "Liebe und Tod", "fleurs de printemps",
        "première neige",
        "die Nacht ist schön", "die Liebe", "je t'aime", "te quiero mucho", "bonjour mon amour", "el mar",
        "o mar à noite", "chú mèo con",
        "der Wind im Wald", "tavaszi szél", "ma chère maman", "jeg elsker deg", "zimowy wieczór",
        "noche estrellada", "kucing saya tidur", "海の上の月", "東京の夜", "桜の花",
    ],
)  # fmt: skip
def test_a_third_language_is_refused(shipped: Poet, prompt: str) -> None:
    assert refusal(shipped, ask("haiku", prompt)).key == "poet-language"
    assert refusal(shipped, ask("七绝", prompt)).key == "poet-language"


@pytest.mark.parametrize(
    "prompt",
    [
        "Paris", "paris", "Ariel", "Siobhán", "Ludwig van Beethoven", "ludwig van beethoven",
        "Rio de Janeiro",
        "rio de janeiro", "van gogh", "Leonardo da Vinci", "los angeles", "las vegas", "El Niño",
        "la la land",
        "Juan Ramón Jiménez", "naïve art", "crème brûlée", "a café in Paris",
        "kubernetes", "smartphone addiction", "quantum computing startup", "my cat's birthday party",
        "don't cry", "I'm tired of zoom meetings", "qwertzuiop asdf", "bitcoin", "12345", "!!!", "🦋",
        "o captain my captain", "die another day", "a man in a van",
        "the sea in the manner of Emily Dickinson",
        "初雪", "花の雨", "love, or maybe любовь", "de la soul", "a tardy apology i", "iPhone 的春天", "T恤",
        "rusty van", "la lluvia in spring", "El Camino",
        "déjà vu", "the fiancée", "Noche", "carpe diem", "clair de lune", "pasta primavera",
        "cirque du soleil",
        "die young", "when flowers die", "love and amour", "a hoa flower", "mar the day",
        "Stella Sommer", "春風", "東風破", "a naïve doppelgänger", "coup d'état", "raison d'être",
        "Jan van der Berg", "winter in Zürich", "Anaïs Nin", "jalapeño dreams",
    ],
)  # fmt: skip
def test_names_and_words_of_today_are_no_third_language(shipped: Poet, prompt: str) -> None:
    check_language(prompt, shipped.automata["en"].index)


def test_without_english_verse_small_words_are_proof_still() -> None:
    with pytest.raises(BadInput, match="poems in English and Chinese"):
        check_language("la mer et le soleil", {})
    check_language("the quiet sea at night", {})
