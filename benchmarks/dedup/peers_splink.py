"""Deduplicate a set with Splink: ``peers_splink.py RECORDS --out CLUSTERS``. Runs in Splink's own environment.

Splink scores pairs with a model that it learns without labels, so its figures depend on how the columns are cleaned,
which pairs it is shown and which shades of agreement it may tell apart. All three are set here, once, for all sets;
the README says how they were chosen.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import duckdb
import splink.comparison_level_library as levels
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_library import CustomComparison

MATCH = 0.95
"""Pairs at least as probable as this are merged."""

SEED = 20
SAMPLED_PAIRS = 1_000_000
TRAINING_PAIRS = 1_000_000
FOUND_BY_PLAIN_RULES = 0.8
"""The share of all matches that equal titles and equal DOIs are taken to find."""

WORTH_COMPARING = 0.02
"""A column that fewer records fill teaches the model nothing, and is left out."""

PLAIN = "nullif(trim(regexp_replace(lower(strip_accents({0})), '[^a-z0-9]+', ' ', 'g')), '')"
"""Lower case, ASCII letters and digits, single blanks; nothing at all is null."""

CLEAN = f"""
WITH given AS (
    SELECT
        row_number() OVER () AS unique_id,
        id AS record,
        {PLAIN.format("regexp_replace(title, '<[^>]*>', ' ', 'g')")} AS title,
        {PLAIN.format("authors")} AS authors,
        -- The first author: up to a separator, or, where initials follow at once, the first word.
        CASE WHEN regexp_matches(authors, '^[^ ,;]+ ([A-Z]\\. ?)+')
            THEN regexp_extract(authors, '^[^ ,;]+')
            ELSE regexp_extract(trim(regexp_extract(authors, '^(.*?)(,|;| and |$)', 1)), '[^ ]+$') END AS first,
        try_cast(regexp_extract(year, '[12][0-9]{{3}}') AS INTEGER) AS year,
        {PLAIN.format("venue")} AS venue,
        nullif(regexp_extract(volume, '[0-9]+'), '') AS volume,
        nullif(ltrim(regexp_extract(issue, '[0-9]+'), '0'), '') AS issue,
        nullif(ltrim(regexp_extract(pages, '[0-9]+'), '0'), '') AS page,
        nullif(lower(regexp_extract(doi, '10\\.[0-9]+/[^ ]+')), '') AS doi
    FROM read_csv($records, header = true, all_varchar = true, max_line_size = 100000000)
)
SELECT
    * EXCLUDE (authors, first),
    left(replace(title, ' ', ''), 20) AS opening,
    list_sort(regexp_extract_all(title, '[0-9]+|\\b(?:i|ii|iii|iv|v|vi|vii|viii|ix|x)\\b')) AS numbers,
    {PLAIN.format("first")} AS first_author,
    nullif(list_distinct(list_filter(string_split(authors, ' '), lambda name: length(name) > 2)), []) AS names
FROM given
"""  # noqa: S608 - no words but ours; the file is a parameter


def shared(column: str) -> str:
    """The share of the shorter list that both lists have, in SQL."""
    common = f"len(list_intersect({column}_l, {column}_r))"
    return f"{common} / least(len({column}_l), len({column}_r))"


def alike(column: str, least: float) -> str:
    """Whether few enough letters differ, in SQL. The edit distance is dear: what must fail is not asked for it."""
    left, right = f"{column}_l", f"{column}_r"
    most = f"{1 - least:.2f} * greatest(length({left}), length({right}))"
    return (
        f"CASE WHEN abs(length({left}) - length({right})) > {most} THEN false"
        f" WHEN jaro_winkler_similarity({left}, {right}) < 0.8 THEN false"
        f" ELSE levenshtein({left}, {right}) <= {most} END"
    )


def compared() -> dict[str, CustomComparison]:
    """What is compared, by column, in shades from equal to different."""
    likely, other = levels.CustomLevel, levels.ElseLevel
    shades = {
        "title": [
            levels.ExactMatchLevel("title", term_frequency_adjustments=True),
            likely("numbers_l <> numbers_r", "other numbers"),
            likely(alike("title", 0.95), "nearly the same title"),
            likely(alike("title", 0.85), "much the same title"),
            likely(
                "least(length(title_l), length(title_r)) >= 20"
                " AND (starts_with(title_l, title_r) OR starts_with(title_r, title_l))",
                "one title opens the other",
            ),
            likely("jaro_winkler_similarity(title_l, title_r) >= 0.88", "like titles"),
        ],
        "names": [
            likely(f"{shared('names')} >= 0.8", "most names"),
            likely(f"{shared('names')} >= 0.4", "some names"),
            likely(f"{shared('names')} > 0", "a name"),
        ],
        "year": [levels.ExactMatchLevel("year"), likely("abs(year_l - year_r) = 1", "next year")],
        "venue": [
            levels.ExactMatchLevel("venue"),
            likely("jaro_winkler_similarity(venue_l, venue_r) >= 0.88", "like venues"),
        ],
        "volume": [levels.ExactMatchLevel("volume")],
        "issue": [levels.ExactMatchLevel("issue")],
        "page": [levels.ExactMatchLevel("page", term_frequency_adjustments=True)],
        "doi": [levels.ExactMatchLevel("doi", term_frequency_adjustments=True)],
    }
    return {
        column: CustomComparison([levels.NullLevel(column), *some, other()], output_column_name=column)
        for column, some in shades.items()
    }


def clusters(records: Path, out: Path) -> None:
    """Clean, train, predict, join what is probable enough, write."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE clean AS {CLEAN}", {"records": str(records)})
    comparisons = compared()
    filled = ", ".join(f"count({column}) / count(*)" for column in comparisons)
    shares = connection.execute(f"SELECT {filled} FROM clean").fetchall()[0]  # noqa: S608 - our own column names
    rules = {
        "title": block_on("title"),
        "doi": block_on("doi"),
        "year": block_on("opening", "year"),
        "opening": block_on("opening", "first_author"),
        "first_author": block_on("first_author", "year", "page"),
        "volume": block_on("first_author", "volume", "page"),
    }
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[c for c, share in zip(comparisons.values(), shares, strict=True) if share >= WORTH_COMPARING],
        blocking_rules_to_generate_predictions=list(rules.values()),
        retain_matching_columns=False,
    )
    api = DuckDBAPI(connection)
    linker = Linker(api.register("clean"), settings)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("title", "year"), rules["doi"]], recall=FOUND_BY_PLAIN_RULES
    )
    training.estimate_u_using_random_sampling(max_pairs=SAMPLED_PAIRS, seed=SEED)
    for rule in (rules["year"], block_on("first_author", "year")):
        # A set without years or names cannot be learnt from in that way; the other way remains.
        try:
            training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=TRAINING_PAIRS)
        except Exception as error:  # noqa: BLE001
            logging.warning("not trained on %s: %s", rule, error)
    pairs = linker.inference.predict(threshold_match_probability=MATCH)
    joined = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=MATCH)
    joined.as_duckdbpyrelation().project("record AS id, cluster_id").write_csv(str(out), header=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    order = parser.parse_args()
    clusters(order.records, order.out)


if __name__ == "__main__":
    main()
