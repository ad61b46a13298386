"""Facts that imaging goes by, as files."""
