"""What a text says: words and numbers, orders, secrets, plans, waiting, repetition."""
