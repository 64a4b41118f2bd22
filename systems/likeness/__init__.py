"""How near texts are: words, trigrams, embeddings."""
