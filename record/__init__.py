"""The record: PostgreSQL. All SQL of the house lies here."""
