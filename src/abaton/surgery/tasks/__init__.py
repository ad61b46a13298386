"""Tasks of surgery: what is to be done, who does it, how well it was done, and the record of it."""
