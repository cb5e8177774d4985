"""Deciding which records are the same work. Pure: records and judgements in, works out; no I/O."""
