"""The live rooms of a server: making, finding and ending them, and the sockets that lead to them."""
