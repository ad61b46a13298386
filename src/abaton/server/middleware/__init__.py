"""What every request passes before it reaches a route. Sockets pass with one look at their handshake."""
