"""Django's settings. What can be set is declared in configuration.py; here it is only put in its place."""

import secrets
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

from seatwise import configuration
from seatwise.site import translations

configuration.check()

DATA_DIR = configuration.DATA_DIR.value()
DEBUG = configuration.DEBUG.value()
_ORIGIN = configuration.ORIGIN.value()
_HTTPS = configuration.HTTPS.value()
_LOCAL = _ORIGIN.hostname in configuration.LOOPBACK and not _HTTPS


def _secret_key() -> str:
    """The key of the data directory. Before `seatwise init` there is none, and a passing one does."""
    given = configuration.SECRET_KEY.value()
    if given:
        return given
    file = DATA_DIR / "secret.key"
    return file.read_text().strip() if file.exists() else secrets.token_urlsafe(64)


def _sqlite() -> dict[str, Any]:
    """SQLite with a log written ahead, so that readers do not wait; writers wait for each other, not fail."""
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;"
    return {
        "ENGINE": "seatwise.site.sqlite",
        "NAME": DATA_DIR / "seatwise.sqlite3",
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": pragmas},
        "TEST": {"NAME": DATA_DIR / "test.sqlite3"},  # a file, so that tests can have several connections
    }


def _postgresql(url: SplitResult) -> dict[str, Any]:
    options: dict[str, Any] = dict(parse_qsl(url.query))
    host = options.pop("host", "") or unquote(url.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path).strip("/"),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": host,
        "PORT": str(url.port or options.pop("port", "")),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


_DATABASE_URL = configuration.DATABASE_URL.value()
DATABASES = {"default": _postgresql(_DATABASE_URL) if _DATABASE_URL else _sqlite()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = _secret_key()
ALLOWED_HOSTS = [str(_ORIGIN.hostname), *configuration.ALLOWED_HOSTS.value(), "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [_ORIGIN.geturl()]
CSRF_FAILURE_VIEW = "seatwise.site.errors.csrf_failure"

INSTALLED_APPS = [
    "seatwise.site",
    "seatwise.audit",
    "seatwise.directory",
    "seatwise.letters",
    "seatwise.channels",
    "allauth.usersessions",  # before the next, which takes its place when somebody signs in
    "seatwise.accounts",
    "seatwise.ledger",
    "seatwise.ingest",
    "seatwise.licenses",
    "seatwise.file_imports",
    "seatwise.connections",
    "seatwise.webhooks",
    "seatwise.gate",
    "seatwise.monitoring",
    "seatwise.enquiries",
    "seatwise.seat_requests",
    "seatwise.reviews",
    "seatwise.first_steps",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "bulma",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "seatwise.site.no_store.NoStoreMiddleware",
    "seatwise.site.bodies.Bodies",
    "seatwise.site.kept_settings.KeptSettingsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "seatwise.ingest.own_pages.OwnPagesMiddleware",
    "seatwise.site.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "seatwise.accounts.sessions.SessionMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "seatwise.accounts.obligations.ObligationsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "seatwise.site.errors.WholeAnswers",
]

ROOT_URLCONF = "seatwise.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [configuration.PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "seatwise.site.menu.for_templates",
            ],
        },
    }
]

# Who signs in, and how
AUTH_USER_MODEL = "directory.User"
AUTHENTICATION_BACKENDS = ["seatwise.accounts.sign_in.LoginBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "seatwise.accounts.passwords.LengthValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "name", "email")},
    },
    {"NAME": "seatwise.accounts.passwords.CommonValidator"},
    {"NAME": "seatwise.accounts.passwords.SurroundingsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "seatwise.accounts.sign_in.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "seatwise.accounts.sign_in.LoginForm",
    "change_password": "seatwise.accounts.sign_in.ChangePasswordForm",
    "reauthenticate": "seatwise.accounts.factor_forms.ConfirmByPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = (
    False  # accounts/throttling.py counts: allauth takes a cache that cannot be written to for too many
)
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60  # seconds after which sensitive acts ask again who it is

# Second factors
MFA_ADAPTER = "seatwise.accounts.factor_adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # periods by which a clock may be wrong
MFA_RECOVERY_CODE_DIGITS = 10
MFA_FORMS = {
    "authenticate": "seatwise.accounts.factor_forms.CodeForm",
    "authenticate_webauthn": "seatwise.accounts.factor_forms.PasskeyForm",
    "reauthenticate": "seatwise.accounts.factor_forms.ConfirmByCodeForm",
    "reauthenticate_webauthn": "seatwise.accounts.factor_forms.ConfirmByPasskeyForm",
    "login_webauthn": "seatwise.accounts.factor_forms.SignInByPasskeyForm",
    "activate_totp": "seatwise.accounts.factor_forms.SetUpAppForm",
    "add_webauthn": "seatwise.accounts.factor_forms.AddPasskeyForm",
    "edit_webauthn": "seatwise.accounts.factor_forms.RenamePasskeyForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = configuration.PROXIES.value()

# What is shared by all processes of the site: how often somebody tried to sign in
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "site_cache"},
}

# Languages and days
LANGUAGES = [("en", "English"), ("ja", "日本語")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [configuration.PACKAGE / "locale"]
FORMAT_MODULE_PATH = ["seatwise.site.formats"]
USE_I18N = True
USE_TZ = True

# Files
STATIC_URL = "static/"
STATICFILES_DIRS = [configuration.PACKAGE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "seatwise.site.static_front.VersionedStorage"},
}
MEDIA_ROOT = DATA_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "uploads" if (DATA_DIR / "uploads").exists() else None
FILE_UPLOAD_PERMISSIONS = 0o600
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 365 * 24 * 3600  # addresses change with the content

# Long work
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# What can be changed on the page Settings: languages and days, letters, how long somebody stays signed in
EMAIL_TIMEOUT = 30  # seconds for each word of the mail server
SECOND_FACTOR_REQUIRED: bool
SESSION_IDLE_SECONDS: int
EMAIL_FILE_PATH: str
globals().update(configuration.for_django())

# What browsers are told
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-session" if _HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _HTTPS else "csrf"
SESSION_ENGINE = "seatwise.accounts.session_store"
SECURE_SSL_REDIRECT = _HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/$", r"^gate/[^/]+/(?!enter/)"]  # what proxies ask, on their own network
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if configuration.PROXIES.value() else None
# W005, W021: what other names of this domain promise is not ours to say.
# The others: on this machine alone, by plain http, there is nothing that could be kept from the network.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if _LOCAL:
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},  # a page that is not there is no trouble of ours
    },
}

translations.compile_if_stale()
