"""Reports of a made-up community, for the tests of this folder."""

from datetime import date

from surveyapp.reports.build import (
    CandidateFigure,
    Choice,
    ChoiceFigure,
    Decision,
    GoalFigure,
    GroupFigure,
    IdeaFigure,
    Participation,
    Quote,
    Report,
    Run,
    Share,
    Tone,
    ValueFigure,
    complete,
)

WISHES: tuple[tuple[str, int, tuple[int, int, int, int], float, str, tuple[str, ...]], ...] = (
    (
        "Open the old ferry hall as a warm room on winter evenings",
        66,
        (41, 20, 8, 2),
        0.95,
        "In discussion",
        (
            "The ferry hall has a stove and forty chairs. All it lacks is somebody with the key.",
            "I would sit there with my knitting any evening from November on.",
            "Warm, dry, free, and near the bus. What more does one need in January?",
        ),
    ),
    (
        "A bus to the clinic that runs after three in the afternoon",
        58,
        (12, 21, 29, 3),
        0.93,
        "To review",
        (
            "My appointment was at four, the last bus went at three. I walked home, seven kilometres.",
            "We pay for taxis we cannot afford.",
        ),
    ),
    (
        "Cook and eat together once a week so that nobody eats alone",
        54,
        (38, 13, 4, 1),
        0.9,
        "In discussion",
        ("I always make too much soup. Let me make it for ten.", "Eating alone is the worst of it."),
    ),
    (
        "Make the crossing by the school safe",
        51,
        (8, 14, 31, 2),
        0.88,
        "To review",
        ("Cars come round the bend at fifty and the children stand on a strip as wide as a towel.",),
    ),
    (
        "A shed with tools that everyone may borrow",
        45,
        (33, 11, 1, 0),
        0.97,
        "Adopted",
        ("Why own a drill for two holes a year?",),
    ),
    ("Clear the litter from the slipway", 43, (14, 14, 16, 1), 0.71, "To review", ("Every tide brings it back.",)),
    (
        "Something for teenagers on weekday evenings",
        40,
        (15, 15, 12, 2),
        0.68,
        "To review",
        ("The wall by the kiosk is our club.",),
    ),
    (
        "Benches along the harbour wall",
        36,
        (22, 11, 3, 0),
        0.92,
        "Adopted",
        ("Three benches, that is all, with backs.",),
    ),
    (
        "A buddy for people who have just moved here",
        29,
        (21, 7, 1, 0),
        0.9,
        "To review",
        ("It took me a year to learn where the bins go.",),
    ),
    (
        "Help with forms and telephones",
        25,
        (9, 11, 5, 1),
        0.78,
        "To review",
        ("The form asks for a code that comes by a telephone I do not have.",),
    ),
    (
        "Bring back the midsummer regatta",
        20,
        (16, 3, 1, 0),
        0.94,
        "To review",
        ("Even with two boats it was the best day of the year.",),
    ),
    ("Plant trees in Station Street", 15, (8, 5, 2, 0), 0.81, "Not now", ("Lime trees, please, for the bees.",)),
    ("Cheaper parking for people who live here", 11, (1, 3, 7, 0), 0.86, "Not now", ("We pay twice.",)),
    ("Stop the building work on the east quay", 7, (0, 2, 8, 0), 0.44, "Not now", ("Nobody asked us.",)),
)

ANSWERS = 402
REASONS = {
    "In discussion": "The council holds the key. Ask for a trial from January to March.",
    "To review": "",
    "Adopted": "Twelve people offered to help, and it can be finished by May.",
    "Not now": "Decided by the district, not by us. We will raise it at the next hearing.",
}
SHARES = ((0.13, 0.2), (0.11, 0.18), (0.105, 0.17), (0.1, 0.163), (0.085, 0.145))


def wish(rank: int) -> CandidateFigure:
    title, people, (positive, neutral, negative, mixed), stability, state, quotes = WISHES[rank - 1]
    share = people / ANSWERS
    return CandidateFigure(
        key=str(rank + 20),
        rank=rank,
        title=title,
        people=people,
        share=share,
        low=share - 0.03,
        high=share + 0.035,
        ideas=positive + neutral + negative + mixed,
        tone=Tone(positive, neutral, negative, mixed),
        stability=stability,
        state=state,
        values=("Neighbourliness", "Openness")[: rank % 3],
        keywords=tuple(title.split()[-3:]),
        quotes=tuple(Quote(text, str(rank * 17 + number)) for number, text in enumerate(quotes)),
        rows=tuple(str(rank + 14 * number) for number in range(people)),
        is_from_organisation=rank == 12,
        decision=Decision(outcome=state, reason=REASONS[state], decided_on=date(2025, 11, 20))
        if REASONS[state]
        else None,
        helpers=people // 3,
    )


def full_report() -> Report:
    """A report with every part, in which figures below ten people are withheld."""
    return complete(
        Report(
            title="Autumn 2025 summary",
            organisation="Ferrymoor Together",
            mission="Every neighbour in Ferrymoor has someone to count on.",
            run=Run("Run 12", (("vectors", "static"),), (("surveyapp", "1.0"),)),
            source="Our values and next goals",
            dated=date(2025, 11, 24),
            questions=("What matters to you, and do we live it?", "What should we do next?"),
            participation=Participation(
                answers=ANSWERS,
                invited=630,
                opened_on=date(2025, 11, 3),
                closed_on=date(2025, 11, 24),
                how="Everyone on the member list got a personal link.",
                groups=(
                    GroupFigure("Harbour", Share(117, 170)),
                    GroupFigure("Old Town", Share(130, 185)),
                    GroupFigure("Hill Farm", Share(71, 146)),
                    GroupFigure("Light keepers", None),
                ),
            ),
            values=(
                ValueFigure(
                    name="Neighbourliness", important=Share(366, 394), lived=Share(307, 394), goals=("Tool shed",)
                ),
                ValueFigure(name="Inclusion", important=Share(344, 391), lived=Share(203, 390), goals=("Benches",)),
                ValueFigure(name="Openness", important=Share(325, 392), lived=Share(160, 390)),
                ValueFigure(name="Local pride", important=Share(238, 390), lived=Share(274, 391), goals=("Tool shed",)),
                ValueFigure(name="Thrift", important=None, lived=None),
            ),
            choices=(
                ChoiceFigure(
                    "How long have you lived here?",
                    399,
                    (Choice("Less than two years", 61), Choice("Two to ten years", 148), Choice("Longer", 190)),
                ),
            ),
            ideas=IdeaFigure(people=341, ideas=577, in_candidates=530, no_answer=23, tone=Tone(280, 170, 110, 12, 5)),
            candidates=tuple(wish(rank) for rank in range(1, len(WISHES) + 1)),
            goals=(
                GoalFigure(
                    title="A shed with tools that everyone may borrow",
                    measure="Saturdays held",
                    baseline=0,
                    target=4,
                    level=1,
                    state="On track",
                    due_on=date(2026, 3, 28),
                    helpers=14,
                ),
                GoalFigure(
                    title="Translate the newcomers' guide",
                    measure="languages",
                    baseline=0,
                    target=4,
                    level=2,
                    state="Behind",
                    due_on=date(2025, 11, 15),
                    helpers=None,
                ),
                GoalFigure(
                    title="Teach forty people first aid",
                    measure="people",
                    baseline=0,
                    target=40,
                    level=43,
                    state="Achieved",
                    ended_on=date(2025, 10, 4),
                    ending="43 people can now help until the ambulance is there.",
                ),
            ),
            figure_group=10,
            quote_group=10,
            rows_note="Ideas carry the numbers of run 12.",
            row_word="idea",
        )
    )


LONG = (
    "Please, please, please could somebody in this town who has the time and the patience finally see to it that the "
    "path between the two playing fields is drained, because every October my daughter arrives at school with wet "
    "shoes, and every October I write the same letter and get the same answer, which is that it is on the list; "
)
SCRIPTS = (
    "نريد حديقة صغيرة بجانب المدرسة، فيها مقاعد وظل للأطفال والكبار",
    "אנחנו רוצים ספרייה שפתוחה גם בערב, כי ביום כולם עובדים",
    "我们需要一个晚上也开放的图书馆，让下班的人也能读书",
    "放課後に子どもたちが安心して遊べる場所がほしい",
    "Больше деревьев на улице у вокзала, пожалуйста",
    "More music 🎻🎉 in the square, and less litter 🚮!",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3,
    LONG * 2,
)


def crowded_report() -> Report:
    """Sixty-five candidates with long titles, long quotes and many scripts; no ratings, goals or known invitations."""
    candidates = []
    for rank in range(1, 66):
        text = SCRIPTS[rank % len(SCRIPTS)]
        people = 140 - 2 * rank
        candidates.append(
            CandidateFigure(
                key=str(rank),
                rank=rank,
                title=text,
                people=people,
                share=people / 700,
                low=people / 700 - 0.008,
                high=people / 700 + 0.03,
                ideas=people + 3,
                tone=Tone(rank % 23, 20, (rank * 7) % 31, 2, 1),
                stability=(rank % 10) / 10,
                keywords=tuple(text.split()[:4]),
                quotes=(Quote(text, "1"), Quote((LONG * 20)[:5000], "2"), Quote("No.", "3")),
                rows=tuple(str(row) for row in range(people)),
            )
        )
    return complete(
        Report(
            title=LONG[:240],
            mission=LONG * 2,
            run=Run("answers.csv", versions=(("surveyapp", "1.0"),)),
            source="answers.csv",
            values_named=("Openness", "حسن الجوار", "Thrift"),
            questions=(LONG, "What next?", "And then?", "Anything else?"),
            participation=Participation(answers=700),
            ideas=IdeaFigure(people=690, ideas=9000, in_candidates=8000, other_language=4, tone=Tone(9, 9, 9)),
            candidates=tuple(candidates),
        )
    )


def bare_report() -> Report:
    """Next to nothing: two people wrote, and nothing came together."""
    return complete(
        Report(
            title="Answers",
            mission="",
            run=Run("answers.csv"),
            source="answers.csv",
            participation=Participation(answers=2),
            ideas=IdeaFigure(people=2, ideas=2, in_candidates=0, tone=Tone(1, 1, 0)),
        )
    )
