"""document_update: what becomes of a draft, a file at a time; a person's words always win."""
