from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.pieces import shared_table
from surveyapp.analysis.words import words


@given(st.lists(st.text(max_size=20), max_size=20))
def test_words_that_are_cut_together_have_the_pieces_that_each_has_by_itself(texts: list[str]) -> None:
    said = [word for text in [*texts, "Más bancos, ёлки и 公园 für die Straße ⅷ x²"] for word in words(text)]
    table = shared_table()

    alone = [table.tokenizer.encode(word, add_special_tokens=False).ids for word in said]

    assert table.pieces(said) == alone
