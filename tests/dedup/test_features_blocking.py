"""What is compared of a record, and the keys by which two records meet."""

from __future__ import annotations

import unicodedata
from itertools import combinations
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from variorum.dedup.blocking import MAX_BLOCK, blocking_keys, candidate_pairs, shared_keys
from variorum.dedup.features import MAX_ABSTRACT, MAX_TITLE, Features, Name, features_of, fold
from variorum.schema import Author, Identifier, Record

TITLE = "Pattern-Based Pruning of Convolutional Layers for Real-Time Mobile Inference"
ABSTRACT = (
    "Deep convolutional networks need more arithmetic than a phone can afford. We prune their kernels to a small "
    "library of patterns that a compiler can turn into dense loops, and search for the library together with the "
    "weights. On four networks and two phones the pruned models run between three and eleven times as fast as the "
    "dense ones, while losing less than half a point of accuracy. An ablation shows that neither the patterns nor "
    "the compiler alone would be enough, and that the order of pruning and quantisation matters less than expected."
)


def author(name: str, evidence: Any = "byline") -> Author:
    given_name, _, family = name.rpartition(" ")
    return Author(name=name, family=family, given=given_name or None, evidence=evidence)


def record(**fields: Any) -> Record:
    return Record(**{"source": "test", "source_key": "1", "format": "test"} | fields)


def features(**fields: Any) -> Features:
    return features_of(record(**fields))


def doi(value: str, role: Any = "self") -> Identifier:
    return Identifier(scheme="doi", value=value, raw=value, role=role)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Deep  Learning: A Survey.", "deep learning a survey"),
        ("Real-time, on-line", "real time on line"),
        ("O'Connor’s law", "oconnors law"),
        ("Über die Größe der Straße", "uber die grosse der strasse"),
        ("STRASSE", "strasse"),
        ("Đặng Văn Tuấn", "dang van tuan"),
        ("naïve Bayes", "naive bayes"),
        ("ﬁne-tuning", "fine tuning"),
        ("ＡＢＣ１２３", "abc123"),
        ("E²GAN", "e2gan"),
        ("Глубокое обучение", "glubokoe obuchenie"),
        ("深度学习综述", "shenduxuexizongshu"),
        ("한국어 제목", "hangugeo jemog"),
        (unicodedata.normalize("NFD", "한국어 제목"), "hangugeo jemog"),
        ("“quotes” – and — dashes…", "quotes and dashes"),
        ("", ""),
        ("…!?", ""),
        ("_ __", ""),
    ],
)
def test_text_is_folded_to_plain_words(text: str, folded: str) -> None:
    assert fold(text) == folded


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(TEXT)
@example("\u0345")
@example("ʔ")
def test_folded_text_is_plain_and_stays_as_it_is(text: str) -> None:
    folded = fold(text)
    # Letters without a Latin equivalent stay what they are where there is nothing else.
    assert folded.isascii() or not any(char.isascii() and char.isalnum() for char in folded)
    assert folded == folded.lower()
    assert folded == " ".join(folded.split())
    assert fold(folded) == folded


@given(TEXT)
@example("أ")
def test_folding_does_not_see_how_letters_are_encoded(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


WORDS_OF_MANY_SCRIPTS = st.text(
    st.one_of(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
        st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3),
        st.characters(min_codepoint=0x0430, max_codepoint=0x0449),
        st.characters(min_codepoint=0x03B1, max_codepoint=0x03C9),
        st.characters(min_codepoint=0x3042, max_codepoint=0x308F, categories=["Lo"]),
        st.characters(min_codepoint=0x00C0, max_codepoint=0x024F, categories=["Lu", "Ll"]),
    ),
    min_size=1,
    max_size=30,
)


@given(WORDS_OF_MANY_SCRIPTS)
def test_titles_in_any_script_keep_something_to_compare(title: str) -> None:
    assert fold(title)
    assert any(key.startswith("t:") for key in blocking_keys(features(title=f"{title} {title}x")))


# Features


def test_a_record_that_states_nothing_has_empty_features() -> None:
    empty = features()
    assert (empty.title, empty.title_words, empty.authors, empty.year, empty.abstract) == ("", (), (), None, "")
    assert not empty.profile_only
    assert blocking_keys(empty) == ()


def test_titles_and_abstracts_of_any_length_are_compared_in_part() -> None:
    huge = features(title="word " * 120_000, abstract="word " * 120_000)
    assert len(huge.title) <= MAX_TITLE
    assert len(huge.abstract) <= MAX_ABSTRACT
    assert huge.abstract_truncated
    assert all(len(key) <= 200 for key in blocking_keys(huge))


@pytest.mark.parametrize(
    ("one", "name"),
    [
        (author("Ann Roe"), Name("roe", "a")),
        (author("Đặng Tuấn"), Name("tuan", "d")),
        (Author(name="ATLAS Collaboration"), Name("atlas collaboration", "")),
        (Author(name="O'Connor", family="O'Connor"), Name("oconnor", "")),
        (author("Élodie Müller"), Name("muller", "e")),
    ],
)
def test_a_name_is_compared_by_family_and_initial(one: Author, name: Name) -> None:
    assert features(authors=(one,)).authors == (name,)


def test_a_name_without_letters_is_no_author() -> None:
    assert features(authors=(Author(name="—"), author("Ann Roe"))).authors == (Name("roe", "a"),)


@pytest.mark.parametrize(
    ("evidence", "profile_only"), [(["profile"], True), (["profile", "profile"], True), (["profile", "byline"], False)]
)
def test_a_profile_shows_its_owner_only(evidence: list[str], profile_only: bool) -> None:
    authors = tuple(author(f"Ann Roe{i}", kind) for i, kind in enumerate(evidence))
    assert features(authors=authors).profile_only is profile_only


@pytest.mark.parametrize(
    ("pages", "first"),
    [("123--130", "123"), ("e12-e20", "e12"), ("S4", "s4"), ("pp. 7–9", "7"), ("xii-xv", ""), ("", ""), (None, "")],
)
def test_the_first_page_is_what_pages_are_compared_by(pages: str | None, first: str) -> None:
    assert features(pages=pages).first_page == first


def test_an_inferred_year_is_not_compared() -> None:
    assert features(date="2020-05").year == 2020
    assert features(date="2020", flags=("low_confidence:date",)).year is None


def test_only_what_names_the_record_itself_is_its_identifier() -> None:
    stated = (doi("10.1000/self"), doi("10.1000/journal", "container"), doi("10.1000/other", "related"))
    assert features(identifiers=stated).identifiers == {("doi", "10.1000/self")}


@pytest.mark.parametrize(
    ("title", "numbers", "part"),
    [
        ("Results of 2019", {"2019"}, ""),
        ("2020 in Review", {"2020"}, ""),
        ("A Theory of Grammar, Part II", {"2"}, "2"),
        ("A Theory of Grammar: Part 2", {"2"}, "2"),
        ("A Theory of Grammar, Vol. IV", {"4"}, "4"),
        ("A 3D model", {"3d"}, ""),
        ("I, Robot", set(), ""),
        ("The particle zoo", set(), ""),
        ("Part of the problem", set(), ""),
    ],
)
def test_numbers_and_parts_of_titles(title: str, numbers: set[str], part: str) -> None:
    found = features(title=title)
    assert (found.numbers, found.part) == (numbers, part)


@pytest.mark.parametrize(
    ("title", "notice"),
    [
        ("Erratum: The Title", "erratum"),
        ("Author Correction: The Title", "correction"),
        ("Corrections to “The Title”", "correction"),
        ("Retraction Note: The Title", "retraction"),
        ("Retraction: The Title", "retraction"),
        ("RETRACTED: The Title", ""),
        ("Expression of Concern: The Title", "expression of concern"),
        ("Error correction codes", ""),
        ("The Title", ""),
    ],
)
def test_notices_are_known_by_how_they_begin(title: str, notice: str) -> None:
    assert features(title=title).notice.removesuffix("s") == notice


@pytest.mark.parametrize(
    ("title", "stays"),
    [
        ("RETRACTED: The Title", "the title"),
        ("Retracted article: The Title", "the title"),
        ("WITHDRAWN: “The Title”", "the title"),
        ("[Retracted] The Title", "the title"),
        ("RETRACTED – The Title", "the title"),
        ("Retracted tendons: The Title", "retracted tendons the title"),
        ("Retracted-tendon repair", "retracted tendon repair"),
        ("Withdrawn:", "withdrawn"),
        ("Retraction: The Title", "retraction the title"),
    ],
)
def test_that_an_article_was_taken_back_is_no_part_of_its_title(title: str, stays: str) -> None:
    assert features(title=title).title == stays


@pytest.mark.parametrize(
    ("title", "response"),
    [
        ("Comment on “The Title”", "comment"),
        ("A reply to Roe and Doe", "reply"),
        ("Response to comments on The Title", "response"),
        ("Book review of The Title", "book review"),
        ("Comments are free", ""),
        ("Letters from Iwo Jima", ""),
        ("Response time of sensors", ""),
    ],
)
def test_responses_are_known_by_how_they_begin(title: str, response: str) -> None:
    assert features(title=title).response == response


# Keys

BYLINE = (author("Ann Roe"), author("Bob Doe"), author("Cy Poe"))
FIVE_WORDS = "Fast Neural Architecture Search Revisited"


def with_typo(title: str, position: int) -> str:
    words = title.split()
    word = words[position]
    middle = len(word) // 2
    words[position] = word[:middle] + "x" + word[middle + 1 :]
    return " ".join(words)


def meet(left: dict[str, Any], right: dict[str, Any]) -> bool:
    return bool(shared_keys(features(**left), features(**right)))


@pytest.mark.parametrize("position", range(len(TITLE.split())))
def test_records_meet_over_a_typo_in_any_word_of_a_title(position: int) -> None:
    assert meet({"title": TITLE}, {"title": with_typo(TITLE, position)})


@pytest.mark.parametrize("position", range(len(FIVE_WORDS.split())))
def test_records_meet_over_a_typo_in_any_word_of_a_short_title_by_the_same_authors(position: int) -> None:
    same: dict[str, Any] = {"authors": BYLINE, "date": "2020"}
    assert meet({"title": FIVE_WORDS, **same}, {"title": with_typo(FIVE_WORDS, position), **same})


_WORDS = TITLE.split()


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(
            {"title": "One", "identifiers": (doi("10.1000/1"),)},
            {"title": "Another", "identifiers": (doi("10.1000/1"),)},
            id="same DOI",
        ),
        pytest.param({"title": TITLE}, {"title": TITLE.upper() + "."}, id="case and punctuation"),
        pytest.param({"title": TITLE}, {"title": TITLE.replace("-", "\u2010")}, id="another hyphen"),
        pytest.param({"title": TITLE}, {"title": " ".join(reversed(_WORDS))}, id="words swapped"),
        pytest.param({"title": TITLE}, {"title": f"The {TITLE}"}, id="an article more"),
        pytest.param({"title": TITLE}, {"title": f"{TITLE}: A Study of Two Phones"}, id="subtitle"),
        pytest.param({"title": TITLE}, {"title": f"Invited Paper: {TITLE}"}, id="heading"),
        pytest.param({"title": TITLE, "abstract": ABSTRACT}, {"abstract": ABSTRACT}, id="no title"),
        pytest.param({"abstract": ABSTRACT}, {"abstract": f"Abstract {ABSTRACT}"}, id="another abstract beginning"),
        pytest.param(
            {"title": TITLE, "abstract": ABSTRACT},
            {"abstract": " ".join(ABSTRACT.split()[:30]) + " …", "abstract_truncated": True},
            id="cut abstract",
        ),
        pytest.param(
            {"abstract": " ".join(ABSTRACT.split()[2:60])},
            {"abstract": ABSTRACT},
            id="abstract cut at both ends",
        ),
        pytest.param(
            {"title": "Pruning", "authors": BYLINE, "date": "2020"},
            {"title": "Pruning of nets", "authors": BYLINE[::-1], "date": "2020"},
            id="authors and a word",
        ),
        pytest.param(
            {"title": "Kernel Pruning", "authors": BYLINE[:1], "date": "2020"},
            {"title": "Pruning of Layers", "authors": BYLINE, "date": "2021"},
            id="year after",
        ),
        pytest.param(
            {"title": "Kernel Pruning", "authors": BYLINE[:1], "date": "2020"},
            {"title": "Pruning of Layers", "authors": BYLINE, "date": "2019"},
            id="year before",
        ),
    ],
)
def test_records_that_may_be_one_work_meet(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert meet(left, right)
    assert meet(right, left)


def test_abstracts_that_begin_alike_meet_by_their_beginning() -> None:
    begins_alike = features(abstract=" ".join(ABSTRACT.split()[:8]) + " " + " ".join(f"word{i}" for i in range(90)))
    shared = shared_keys(features(abstract=ABSTRACT), begins_alike)
    assert [key for key in shared if key.startswith("ai:")] == [f"ai:{fold(' '.join(ABSTRACT.split()[:8]))}"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param({"title": TITLE}, {"title": "A History of the Fishing Industry in Norway"}, id="other title"),
        pytest.param(
            {"title": "Kernel Pruning", "authors": BYLINE, "date": "2018"},
            {"title": "Pruning of Layers", "authors": BYLINE, "date": "2020"},
            id="two years apart",
        ),
        pytest.param(
            {"title": "Kernel Pruning", "authors": BYLINE},
            {"title": "Pruning of Layers", "authors": BYLINE, "date": "2020"},
            id="no year",
        ),
        pytest.param({"authors": BYLINE, "date": "2020"}, {"authors": BYLINE, "date": "2020"}, id="no title"),
        pytest.param({"abstract": "Too short."}, {"abstract": "Too short."}, id="tiny abstract"),
        pytest.param(
            {"title": TITLE, "identifiers": (doi("10.1000/j", "container"),)},
            {"title": "Other", "identifiers": (doi("10.1000/j", "container"),)},
            id="same journal",
        ),
    ],
)
def test_records_that_share_little_do_not_meet(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert not meet(left, right)


def test_the_owner_of_a_profile_alone_is_no_reason_to_compare() -> None:
    owned = {"title": "Kernel Pruning", "date": "2020", "authors": (author("Ann Roe", "profile"),)}
    assert [key for key in blocking_keys(features(**owned)) if key.startswith("ay:")] == []
    shared = {"title": "Pruning", "date": "2020", "authors": BYLINE}
    assert not meet(owned, shared)


def test_a_stub_meets_nothing() -> None:
    stub = record(
        authors=(author("Ann Roe", "profile"),),
        date="2020",
        venue="International Conference on Computer Vision",
        venue_raw="International Conference on Computer Vision, 2020",
        flags=("stub",),
    )
    assert blocking_keys(features_of(stub)) == ()


@given(st.lists(st.sampled_from("abcde"), max_size=8), TEXT, TEXT)
def test_keys_are_sorted_without_repeats_and_fit_the_store(names: list[str], title: str, abstract: str) -> None:
    authors = tuple(author(f"X {name}") for name in names)
    keys = blocking_keys(features(title=title, abstract=abstract * 5, authors=authors, date="2020"))
    assert list(keys) == sorted(set(keys))
    assert all(len(key) <= 200 for key in keys)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": TITLE, "date": "2020", "authors": (Author(name="The Very Large Collaboration " * 9),)},
        {"title": "x" * 400, "date": "2020", "authors": BYLINE},
        {"title": " ".join(letter * 60 for letter in "abcdefgh"), "abstract": " ".join("y" * 80 for _ in range(20))},
        {"identifiers": (doi("10.1000/" + "z" * 300), doi("10.1000/" + "z" * 301))},
    ],
    ids=["author", "title", "words", "identifiers"],
)
def test_keys_of_endless_values_are_without_repeats_and_fit_the_store(fields: dict[str, Any]) -> None:
    keys = blocking_keys(features(**fields))
    assert list(keys) == sorted(set(keys))
    assert all(len(key) <= 200 for key in keys)


KEY_SETS = st.lists(st.frozensets(st.sampled_from("pqrstu"), max_size=3).map(sorted), max_size=9)


@given(KEY_SETS)
def test_candidates_are_the_pairs_that_share_a_key(keys: list[list[str]]) -> None:
    found = candidate_pairs(keys)
    expected = [(i, j) for i, j in combinations(range(len(keys)), 2) if set(keys[i]) & set(keys[j])]
    assert list(found.pairs) == expected
    assert (found.oversized_blocks, found.skipped_pairs) == (0, 0)


@given(KEY_SETS, st.integers(1, 4))
def test_what_the_cap_skips_is_counted(keys: list[list[str]], cap: int) -> None:
    found = candidate_pairs(keys, max_block=cap)
    sizes = [sum(key in own for own in keys) for key in "pqrstu"]
    oversized = [size for size in sizes if size > cap]
    assert found.oversized_blocks == len(oversized)
    assert found.skipped_pairs == sum(size * (size - 1) // 2 for size in oversized)
    allowed = {key for key, size in zip("pqrstu", sizes, strict=True) if size <= cap}
    assert all(allowed & set(keys[i]) & set(keys[j]) for i, j in found.pairs)


def test_a_block_at_the_cap_is_compared_and_one_above_is_not() -> None:
    assert len(candidate_pairs([["k"]] * MAX_BLOCK).pairs) == MAX_BLOCK * (MAX_BLOCK - 1) // 2
    above = candidate_pairs([["k"]] * (MAX_BLOCK + 1))
    assert (above.pairs, above.oversized_blocks) == ((), 1)
    assert above.skipped_pairs == (MAX_BLOCK + 1) * MAX_BLOCK // 2


def test_a_common_key_does_not_hide_a_rare_one() -> None:
    keys = [["common", "rare"], ["common", "rare"], *[["common"]] * MAX_BLOCK]
    assert candidate_pairs(keys).pairs == ((0, 1),)
