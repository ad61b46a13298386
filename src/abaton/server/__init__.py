"""The HTTP server: sign-in, REST, sockets and the built client."""
