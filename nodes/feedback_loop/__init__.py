"""feedback_loop: spans -> profile -> findings -> improvements -> plan revision."""
