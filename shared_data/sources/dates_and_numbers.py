"""Sentences about dates and numbers in English, Spanish and Korean.

Generated, yet real language: how a date, a time, a price or a measure is
written comes from the Unicode CLDR, by way of Babel, and numbers in words
come from num2words. The frames around them are our own. English says
"March 21, 2024 at 3:05 PM" where Spanish says "el 21 de marzo de 2024 a las
15:05" and Korean "2024년 3월 21일 오후 3시 5분": words change their order,
clocks their hours, commas and points their places.

Where a grammar would ask for more than CLDR knows, the frames avoid it (no
single "1 years", no Spanish number in "uno" before a noun) or compute it:
"a la 1:05", and Korean particles by the last sound of the number before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit
from num2words import num2words

LANGUAGES = ("spanish", "korean")
LOCALES = {"english": "en", "spanish": "es", "korean": "ko"}

Three = tuple[str, str, str]  # English, Spanish, Korean


@dataclass(frozen=True)
class Sentence:
    """One sentence in three languages."""

    english: str
    spanish: str
    korean: str


def generate_sentences(count: int, seed: int) -> list[Sentence]:
    """Return `count` sentences that differ in English, in random order."""
    random = Random(seed)
    sentences: dict[str, Sentence] = {}
    while len(sentences) < count:
        frame = random.choice(FRAMES)
        found = Sentence(*(clean(text) for text in frame(random)))
        sentences.setdefault(found.english, found)
    return list(sentences.values())


def clean(text: str) -> str:
    """Turn the narrow and unbreakable spaces of CLDR into plain ones."""
    return " ".join(text.split())


def in_all(write: Callable[[str], str]) -> Three:
    """Write the same thing in the three locales."""
    english, spanish, korean = (write(name) for name in LOCALES.values())
    return english, spanish, korean


# === Dates and times ========================================================


def any_date(random: Random) -> date:
    return date(1950, 1, 1) + timedelta(days=random.randrange(30_000))


def in_words_of(day: date, random: Random) -> Three:
    """Return a date, with the day of the week or without."""
    style = random.choice(("full", "long"))
    return in_all(lambda name: format_date(day, style, locale=name))


def day_of_year(day: date) -> Three:
    return in_all(lambda name: format_skeleton("MMMMd", day, locale=name))


def month_of_year(day: date) -> Three:
    return in_all(lambda name: format_skeleton("yMMMM", day, locale=name))


def weekday(day: date) -> Three:
    return in_all(lambda name: format_date(day, "EEEE", locale=name))


def any_time(random: Random) -> time:
    return time(random.randrange(24), random.choice(range(0, 60, 5)))


def clock(at: time) -> Three:
    """Return a time: of twelve hours, of 24, of twelve named first.

    CLDR's short Korean time says "PM 3:05"; speech and its wide form say
    "오후", and hours and minutes by name.
    """
    named = "aaaa h시 m분" if at.minute else "aaaa h시"
    return (
        format_time(at, "short", locale="en"),
        format_time(at, "H:mm", locale="es"),
        format_time(at, named, locale="ko"),
    )


def a_las(at: time) -> str:
    return "a la" if at.hour == 1 else "a las"


# === Numbers and measures ===================================================


def decimal(number: float) -> Three:
    return in_all(lambda name: format_decimal(number, locale=name))


def money(amount: float, currency: str) -> Three:
    return in_all(lambda name: format_currency(amount, currency, locale=name))


def percent(share: float) -> Three:
    return in_all(lambda name: format_percent(share, locale=name))


def unit(count: float, name: str) -> Three:
    # Babel writes long Korean units of time as "3 duration-day"; the short
    # ones are the usual words.
    short = name.startswith("duration")
    return (
        format_unit(count, name, length="long", locale="en"),
        format_unit(count, name, length="long", locale="es"),
        format_unit(count, name, "short" if short else "long", locale="ko"),
    )


def words(number: int) -> Three:
    return in_all(lambda name: num2words(number, lang=name))


def any_count(random: Random, most: int) -> int:
    """Return 2 to `most`, and no number that ends in "uno" in Spanish."""
    return random.choice([n for n in range(2, most + 1) if n % 10 != 1])


def ends_in_consonant(word: str) -> bool:
    """Whether the last Korean syllable closes with a consonant."""
    return (ord(word[-1]) - ord("가")) % 28 != 0


# === Frames =================================================================

# What happens on a day: the subject with its article or topic particle.
EVENTS = (
    ("the meeting", "la reunión", "회의는"),
    ("the concert", "el concierto", "콘서트는"),
    ("the exam", "el examen", "시험은"),
    ("the match", "el partido", "경기는"),
    ("the party", "la fiesta", "파티는"),
    ("the class", "la clase", "수업은"),
    ("the film", "la película", "영화는"),
    ("the conference", "la conferencia", "학회는"),
)
THINGS = (
    ("the book", "el libro", "책"),
    ("the ticket", "el billete", "표"),
    ("the chair", "la silla", "의자"),
    ("the bicycle", "la bicicleta", "자전거"),
    ("the computer", "el ordenador", "컴퓨터"),
    ("the lamp", "la lámpara", "램프"),
    ("the box", "la caja", "상자"),
    ("the table", "la mesa", "탁자"),
)
PEOPLE = (
    ("Ana", "Ana", "아나는"),
    ("Juan", "Juan", "후안은"),
    ("Minji", "Minji", "민지는"),
    ("Carmen", "Carmen", "카르멘은"),
    ("Jisoo", "Jisoo", "지수는"),
    ("David", "David", "다비드는"),
)
PLACES = (
    ("the museum", "el museo", "박물관은"),
    ("the library", "la biblioteca", "도서관은"),
    ("the shop", "la tienda", "가게는"),
    ("the bank", "el banco", "은행은"),
    ("the market", "el mercado", "시장은"),
)
PERIODS = (
    ("duration-day", 30),
    ("duration-week", 12),
    ("duration-month", 20),
    ("duration-year", 10),
    ("duration-hour", 23),
    ("duration-minute", 59),
)


def event_on_date(random: Random) -> Three:
    en, es, ko = random.choice(EVENTS)
    on = in_words_of(any_date(random), random)
    return (
        f"{en} is on {on[0]}.",
        f"{es} es el {on[1]}.",
        f"{ko} {on[2]}입니다.",
    )


def is_event_on_day(random: Random) -> Three:
    en, es, ko = random.choice(EVENTS)
    on = day_of_year(any_date(random))
    return (
        f"is {en} on {on[0]}?",
        f"¿{es} es el {on[1]}?",
        f"{ko} {on[2]}입니까?",
    )


def event_begins(random: Random) -> Three:
    en, es, ko = random.choice(EVENTS)
    on, hour = day_of_year(any_date(random)), any_time(random)
    at = clock(hour)
    return (
        f"{en} begins on {on[0]} at {at[0]}.",
        f"{es} empieza el {on[1]} {a_las(hour)} {at[1]}.",
        f"{ko} {on[2]} {at[2]}에 시작합니다.",
    )


def event_is_not_before(random: Random) -> Three:
    en, es, ko = random.choice(EVENTS)
    hour = any_time(random)
    at = clock(hour)
    return (
        f"{en} does not begin before {at[0]}.",
        f"{es} no empieza antes de {a_las(hour)[2:]} {at[1]}.",
        f"{ko} {at[2]} 전에 시작하지 않습니다.",
    )


def event_every_week(random: Random) -> Three:
    en, es, ko = random.choice(EVENTS)
    day, hour = weekday(any_date(random)), any_time(random)
    at = clock(hour)
    return (
        f"{en} is every {day[0]} at {at[0]}.",
        f"{es} es cada {day[1]} {a_las(hour)} {at[1]}.",
        f"{ko} 매주 {day[2]} {at[2]}에 있습니다.",
    )


def event_lasts(random: Random) -> Three:
    en, es, ko = random.choice(EVENTS)
    name, most = random.choice(PERIODS)
    time_span = unit(random.randrange(2, most), name)
    return (
        f"{en} lasts {time_span[0]}.",
        f"{es} dura {time_span[1]}.",
        f"{ko} {time_span[2]} 동안 계속됩니다.",
    )


def opening_hours(random: Random) -> Three:
    en, es, ko = random.choice(PLACES)
    first = time(random.randrange(6, 11), random.choice((0, 15, 30, 45)))
    last = time(random.randrange(16, 24), random.choice((0, 15, 30, 45)))
    opens, closes = clock(first), clock(last)
    return (
        f"{en} is open from {opens[0]} to {closes[0]}.",
        f"{es} abre de {opens[1]} a {closes[1]}.",
        f"{ko} {opens[2]}부터 {closes[2]}까지 엽니다.",
    )


def born_on(random: Random) -> Three:
    en, es, ko = random.choice(PEOPLE)
    on = in_words_of(any_date(random), random)
    return (
        f"{en} was born on {on[0]}.",
        f"{es} nació el {on[1]}.",
        f"{ko} {on[2]}에 태어났습니다.",
    )


def arrives_in(random: Random) -> Three:
    en, es, ko = random.choice(PEOPLE)
    when = month_of_year(any_date(random))
    return (
        f"{en} arrives in {when[0]}.",
        f"{es} llega en {when[1]}.",
        f"{ko} {when[2]}에 도착합니다.",
    )


def is_so_old(random: Random) -> Three:
    en, es, ko = random.choice(PEOPLE)
    age = random.randrange(2, 100)
    return (
        f"{en} is {age} years old.",
        f"{es} tiene {age} años.",
        f"{ko} {age}살입니다.",
    )


def costs(random: Random) -> Three:
    en, es, ko = random.choice(THINGS)
    currency = random.choice(("EUR", "EUR", "USD"))
    # Spanish writes four digits without a point, and Babel with one.
    amount = random.choice(
        (random.randrange(100, 99_999), random.randrange(10**6, 10**7))
    )
    price = money(amount / 100, currency)
    return (
        f"{en} costs {price[0]}.",
        f"{es} cuesta {price[1]}.",
        f"{ko}의 가격은 {price[2]}입니다.",
    )


def weighs(random: Random) -> Three:
    en, es, ko = random.choice(THINGS)
    weight = unit(random.randrange(15, 1_000) / 10, "mass-kilogram")
    return (
        f"{en} weighs {weight[0]}.",
        f"{es} pesa {weight[1]}.",
        f"{ko}의 무게는 {weight[2]}입니다.",
    )


def road_is_long(random: Random) -> Three:
    length = unit(random.randrange(20, 10_000) / 10, "length-kilometer")
    return (
        f"the road is {length[0]} long.",
        f"la carretera mide {length[1]}.",
        f"도로의 길이는 {length[2]}입니다.",
    )


def temperature_on(random: Random) -> Three:
    on = day_of_year(any_date(random))
    degrees = unit(any_count(random, 39), "temperature-celsius")
    return (
        f"on {on[0]} it was {degrees[0]}.",
        f"el {on[1]} hizo {degrees[1]}.",
        f"{on[2]} 기온은 {degrees[2]}였습니다.",
    )


def inhabitants(random: Random) -> Three:
    many = decimal(random.randrange(10_000, 5_000_000))
    return (
        f"the city has {many[0]} inhabitants.",
        f"la ciudad tiene {many[1]} habitantes.",
        f"이 도시의 인구는 {many[2]}명입니다.",
    )


def prices_rose(random: Random) -> Three:
    share = percent(random.randrange(2, 100) / 100)
    year = random.randrange(1950, 2030)
    return (
        f"in {year}, prices rose by {share[0]}.",
        f"en {year}, los precios subieron un {share[1]}.",
        f"{year}년에 물가가 {share[2]} 올랐습니다.",
    )


def number_in_words(random: Random) -> Three:
    number = random.randrange(2, 1_000)
    en, es, ko = words(number)
    topic = "은" if ends_in_consonant(ko) else "는"
    quote = "이라고" if ends_in_consonant(ko) else "라고"
    return (
        f"the number {number} is written {en}.",
        f"el número {number} se escribe {es}.",
        f"숫자 {number}{topic} {ko}{quote} 씁니다.",
    )


def read_the_number(random: Random) -> Three:
    number = random.randrange(2, 1_000)
    en, es, ko = words(number)
    particle = "을" if ends_in_consonant(ko) else "를"
    return (
        f"write the number {en} in digits: {number}.",
        f"escribe el número {es} en cifras: {number}.",
        f"{ko}{particle} 숫자로 쓰세요: {number}.",
    )


FRAMES: tuple[Callable[[Random], Three], ...] = (
    event_on_date,
    is_event_on_day,
    event_begins,
    event_is_not_before,
    event_every_week,
    event_lasts,
    opening_hours,
    born_on,
    arrives_in,
    is_so_old,
    costs,
    weighs,
    road_is_long,
    temperature_on,
    inhabitants,
    prices_rose,
    number_in_words,
    read_the_number,
)
