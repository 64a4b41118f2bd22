"""The ground floor: everything outside the process, and every store."""
