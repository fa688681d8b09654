from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from surveyapp.analysis.figures import wilson
from surveyapp.analysis.measure import agreement, mean_with_interval, stability


def test_the_interval_of_a_share_is_wilsons() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I, method 3
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(29, 29) == pytest.approx((0.8830, 1.0), abs=1e-4)


def test_of_nobody_any_share_is_possible() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_interval_of_a_mean_holds_it_and_repeats() -> None:
    values = np.random.default_rng(3).uniform(-1, 1, 80).tolist()
    found = mean_with_interval(values)

    assert found is not None
    mean, low, high = found
    assert low < mean < high
    assert high - low == pytest.approx(2 * 1.96 * np.std(values) / np.sqrt(80), rel=0.15)
    assert mean_with_interval(values[::-1]) == found


def test_many_values_give_the_normal_interval_and_none_give_none() -> None:
    values = np.random.default_rng(3).uniform(-1, 1, 5000)
    found = mean_with_interval(values.tolist())

    assert found is not None
    assert found[2] - found[1] == pytest.approx(2 * 1.96 * values.std() / np.sqrt(5000), rel=0.01)
    assert mean_with_interval([]) is None
    assert mean_with_interval([0.5]) == (0.5, 0.5, 0.5)


def test_agreement_is_the_adjusted_mutual_information() -> None:
    random = np.random.default_rng(1)
    first, second = random.integers(0, 9, 400), random.integers(0, 14, 400)
    second[:250] = first[:250]

    assert agreement(first, second) == pytest.approx(adjusted_mutual_info_score(first, second), abs=1e-9)
    assert agreement(first, first) == pytest.approx(1.0)
    assert agreement(np.zeros(5, dtype=np.int64), np.zeros(5, dtype=np.int64)) == 1.0


def test_stability_is_the_share_of_resamples_in_which_two_members_stay_together() -> None:
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    rows = np.arange(8)
    resamples = [
        (rows, np.array([0, 0, 0, 0, 1, 1, 2, 2])),  # the second theme falls in two: two of its six pairs stay
        (rows[:5], np.array([0, 0, 0, 1, 1])),  # three of six pairs of the first; one member of the second
    ]

    def share_of_each_pair(theme: int) -> float:
        shares = []
        for a, b in combinations(np.flatnonzero(labels == theme).tolist(), 2):
            both = [dict(zip(r.tolist(), g.tolist(), strict=True)) for r, g in resamples if a in r and b in r]
            shares += [group[a] == group[b] for group in both]
        return float(np.mean(shares))

    assert stability(labels, resamples) == [pytest.approx(9 / 12), pytest.approx(2 / 6)]
    assert stability(labels, resamples) == [pytest.approx(share_of_each_pair(theme)) for theme in (0, 1)]
    assert stability(labels, []) == [None, None]
    assert stability(np.array([0, 1]), [(np.arange(2), np.array([0, 0]))]) == [None, None]
