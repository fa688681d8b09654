"""Texts and arrays in, texts and arrays out: statements, vectors, themes, tone, intervals."""
