"""Figures that stand on every screen and in every report: a share with its base, a gap, the tone of a set of ideas."""

from dataclasses import dataclass
from math import sqrt

FEWEST_FOR_TONE = 5
"""With fewer ideas than this that could be scored, their tone is not shown."""

Z_95 = 1.959963984540054
"""Standard normal deviate that leaves 2.5 % on each side."""
NORMAL_95 = 1.959964
"""Half the width of a 95 % interval, in standard errors."""


def wilson(yes: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): right also near 0 and 1 and for few people.

    Args:
        yes: How many said it.
        of: How many there are; with none the interval is all of 0 to 1.
    """
    if of == 0:
        return 0.0, 1.0
    share = yes / of
    middle = share + Z_95**2 / (2 * of)
    spread = Z_95 * sqrt(share * (1 - share) / of + Z_95**2 / (4 * of**2))
    scale = 1 + Z_95**2 / of
    return (
        0.0 if yes == 0 else (middle - spread) / scale,
        1.0 if yes == of else (middle + spread) / scale,
    )


@dataclass(frozen=True)
class Share:
    """So many of so many: a share that never stands without its base."""

    count: int
    of: int

    @property
    def part(self) -> float:
        """Give the share from 0 to 1; nothing of nothing is 0."""
        return self.count / self.of if self.of else 0.0

    @property
    def percent(self) -> int:
        """Give the share in whole percent."""
        return round(100 * self.part)

    @property
    def interval(self) -> tuple[int, int]:
        """Give the lowest and highest share in whole percent, with 95 % confidence."""
        low, high = wilson(self.count, self.of)
        return round(100 * low), round(100 * high)


def gap(important: Share | None, lived: Share | None) -> int | None:
    """Give how much more a value matters than it is lived, in points; None where one of the two is withheld."""
    return important.percent - lived.percent if important and lived else None


@dataclass(frozen=True)
class Tone:
    """How many ideas have which tone; *unscored* ones count in no percentage."""

    positive: int
    neutral: int
    negative: int
    mixed: int = 0
    unscored: int = 0

    @property
    def scored(self) -> int:
        """Count the ideas whose tone is known."""
        return self.positive + self.neutral + self.negative + self.mixed

    @property
    def is_known(self) -> bool:
        """Tell whether enough ideas could be scored to show their tone."""
        return self.scored >= FEWEST_FOR_TONE

    @property
    def is_unscored(self) -> bool:
        """Tell whether there would be enough ideas, but too many could not be scored: those in other languages."""
        return not self.is_known and self.scored + self.unscored >= FEWEST_FOR_TONE

    @property
    def posp(self) -> float:
        """Give the positive ideas in percent of the scored ones."""
        return 100 * self.positive / max(1, self.scored)

    @property
    def negp(self) -> float:
        """Give the negative ideas in percent of the scored ones."""
        return 100 * self.negative / max(1, self.scored)

    @property
    def neup(self) -> float:
        """Give the neutral and the mixed ideas in percent of the scored ones."""
        return 100 * (self.neutral + self.mixed) / max(1, self.scored)

    @property
    def net(self) -> int:
        """Give % positive minus % negative: from -100 to +100."""
        return round(self.posp - self.negp)

    @property
    def net_interval(self) -> tuple[int, int]:
        """Give the lowest and highest net tone, with 95 % confidence.

        Net tone is a difference of two shares of the same ideas; half an idea is added to each of the four cells, after
        Agresti and Min, "Simple improved confidence intervals for comparing matched proportions", Statistics in
        Medicine 24 (2005).
        """
        n = self.scored + 2
        positive, negative = (self.positive + 0.5) / n, (self.negative + 0.5) / n
        middle = positive - negative
        half = NORMAL_95 * sqrt(max(0.0, positive + negative - middle**2) / n)
        return round(100 * max(-1.0, middle - half)), round(100 * min(1.0, middle + half))
