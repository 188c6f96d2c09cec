"""The pages of accounts: sign in and out, the own password, the own browsers."""

from tracker.identity.views import browsers, doorkeeper, password, sign_in
from tracker.identity.views.blueprint import blueprint

__all__ = ["blueprint", "browsers", "doorkeeper", "password", "sign_in"]
