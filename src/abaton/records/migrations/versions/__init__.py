"""How the tables came to be: one step a file, never changed once released."""
