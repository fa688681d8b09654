import numpy as np

from surveyapp.analysis.companions import among_companions


def test_a_text_that_other_groupings_keep_elsewhere_goes_there() -> None:
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1])
    groupings = [np.array([0, 0, 0, 0, 0, 1, 1, 1, 1])] * 2 + [labels]

    assert among_companions(labels, groupings).tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 1]


def test_a_theme_whose_texts_have_their_companions_elsewhere_withers() -> None:
    labels = np.repeat([0, 1, 2], [6, 6, 4])
    others = np.array([*[0] * 6, *[1] * 6, 0, 0, 1, 1])

    assert among_companions(labels, [labels, others, others, others]).tolist() == others.tolist()


def test_themes_that_all_groupings_agree_on_stay() -> None:
    labels = np.repeat([1, 0, 2], 5)

    assert among_companions(labels, [np.repeat([0, 1, 2], 5)] * 6).tolist() == labels.tolist()
    assert among_companions(np.zeros(3, dtype=np.int64), [np.arange(3)]).tolist() == [0, 0, 0]
