"""next_step: what the next loop works on, or why the run ends."""
