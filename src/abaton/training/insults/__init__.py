"""What goes wrong in a body, and what hands do against it."""
