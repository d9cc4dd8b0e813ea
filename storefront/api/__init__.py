"""The storefront's HTTP API: the typed client for shops that speak HTTP.

It keeps nothing itself: what it answers is Temporal's, and a customer's bank details are read live
from Digital River. It is for the shop's own servers, behind one key; customers' browsers and the
internet do not reach it.
"""

from storefront.api.app import Options, create_app

__all__ = ["Options", "create_app"]
