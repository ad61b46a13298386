"""Whether a request comes from a page of this server."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from abaton.server.settings import ServerSettings


def check_origin(headers: Headers, settings: ServerSettings) -> bool:
    """True where the Origin header names this server: as the Host header does, by https where the server is.

    For unsafe requests and socket handshakes. Browsers send Origin with both; a request without one is not trusted.
    The Host header itself was checked before, by `AllowedHosts`.
    """
    origins, hosts = headers.getlist("origin"), headers.getlist("host")
    if len(origins) != 1 or len(hosts) != 1:
        return False
    try:
        origin = urlsplit(origins[0])
    except ValueError:
        return False
    schemes = {"https"} if settings.https else {"http", "https"}
    return origin.scheme in schemes and origin.netloc.lower() == hosts[0].lower()
