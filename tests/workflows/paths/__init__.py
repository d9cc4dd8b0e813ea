"""Every path that a return can take, as scripts: what happens at Digital River, and the end.

No webhook is sent: each path is carried by its watch alone.
"""

from tests.workflows.paths import fulfiller, money, parcels, takeovers
from tests.workflows.paths.table import ACCEPTED_NOW, NOW, PATHS

__all__ = ["ACCEPTED_NOW", "NOW", "PATHS", "fulfiller", "money", "parcels", "takeovers"]
