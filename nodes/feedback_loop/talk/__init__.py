"""A run as one talk, judged at its ends: what was used, left out, remembered, refused, or came from nowhere."""
