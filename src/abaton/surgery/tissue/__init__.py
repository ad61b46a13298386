"""Bodies of tetrahedra: what they are made of, how they move, and what tools do to them."""
