"""Variorum: scholarly metadata ingestion, one work per paper, every field with its proof."""

__version__ = "0.1.0"
