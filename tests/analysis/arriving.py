"""Answers for tests of what happens as they arrive: plain wishes about a few subjects."""

from collections.abc import Iterable

SUBJECTS = (
    (("oak", "maple", "apple", "linden"), "{} trees", "a forest"),
    (("stone", "asphalt", "gravel", "country"), "the {} road", "the potholes"),
    (("history", "picture", "travel", "story"), "{} books", "the library"),
    (("night", "school", "village", "airport"), "the {} bus", "the timetable"),
    (("family", "heart", "eye", "village"), "a {} doctor", "the hospital"),
    (("clarinet", "violin", "trumpet", "guitar"), "the {} concert", "the orchestra"),
)
FRAMES = ("{} and {} matter", "care for {} with {}", "pay for {} before {}", "talk about {} or {}")


def wishes(numbers: Iterable[int], subjects: Iterable[int] = range(5)) -> list[str]:
    """One wish per subject and number (0 to 15); each number has its wording."""
    numbers = list(numbers)
    return [
        FRAMES[number % 4].format(SUBJECTS[s][1].format(SUBJECTS[s][0][number // 4]), SUBJECTS[s][2])
        for s in subjects
        for number in numbers
    ]
