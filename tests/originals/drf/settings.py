"""settings.py - a Django project with one app and no more than it needs."""

import rules

SECRET_KEY = "there is nothing to sign here"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ROOT_URLCONF = "drf.views"
APPEND_SLASH = False
USE_TZ = True
INSTALLED_APPS = ["rest_framework", "drf"]
MIDDLEWARE = ["drf.views.door",
              "django.middleware.common.CommonMiddleware"]

# Each thread keeps its connection. Without CONN_MAX_AGE Django opens one for
# each request; and whoever closes the last one on a file writes its log back.
DATABASES = {"default": {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": rules.DATABASE,
    "CONN_MAX_AGE": None,
    "OPTIONS": {"timeout": rules.BUSY_SECONDS},
}}

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "drf.views.on_exception",
}
