"""What counts as access: the rules of a service.

A glob's `*` stands for any bytes, `/` too; nothing else is special. Hosts are compared in lower case, with and without
their port. Giving globs of one sort replaces the defaults of that sort.
"""

from dataclasses import dataclass

SCREENS = ("*",)
APIS = (
    "/api/*",
    "*/api/*",  # kintone's /k/api/, Garoon's, Redmine's, GitLab's and many others
    "/k/v1/*",  # kintone REST API
    "/k/guest/*/v1/*",  # kintone REST API of guest spaces
    "/v1/*",  # cybozu.com User API
    "/g/cbpapi/*",  # Garoon SOAP API
    "*/cbpapi/*",
    "/rest/*",  # Confluence, Jira
    "/graphql",
    "/remote.php/*",  # Nextcloud's WebDAV and CalDAV
    "/ocs/*",  # Nextcloud's status calls
    "/wp-json/*",
    "/xmlrpc.php",
)
ASSETS = (
    *(
        f"*.{ending}"
        for ending in (
            "css js mjs map png jpg jpeg gif svg ico webp avif bmp woff woff2 ttf otf eot webmanifest".split()
        )
    ),
    "/assets/*",
    "/static/*",
)


@dataclass(frozen=True)
class Rules:
    """The rules of one service: globs for hosts (none: any host), screens, API and assets; logins of programs."""

    hosts: tuple[str, ...] = ()
    screens: tuple[str, ...] = SCREENS
    apis: tuple[str, ...] = APIS
    assets: tuple[str, ...] = ASSETS
    programs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Zones:
    """The organization's zone, and the zone of a log whose times name no offset, as IANA names.

    Where the log's is not given, it is what the format says (W3C: UTC), else the organization's.
    """

    organization: str
    log: str | None = None

    def of_log(self, said: str | None) -> str:
        """The zone of times without an offset, where the format says so of them."""
        return self.log or said or self.organization
