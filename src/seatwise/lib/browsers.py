"""What a browser calls itself, in short."""

BROWSERS = (  # what stands in the header → what it is called; the first that is there, since most also name others
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def short(user_agent: str) -> str:
    """The names of browser and system in a User-Agent (RFC 9110, 10.1.5), as “Firefox, Windows”; empty for others."""
    found = (next((name for token, name in names if token in user_agent), "") for names in (BROWSERS, SYSTEMS))
    return ", ".join(name for name in found if name)
