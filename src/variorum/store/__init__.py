"""The relational store. The only package that imports SQLAlchemy."""
