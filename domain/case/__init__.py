"""A case: its state, one file an act, what follows from time, replay and counterfactual.

`events.py` has the one list of all that can happen to a case. It is read with the package, so that nothing folds a case before
the list is complete.
"""

import domain.case.events  # noqa: F401
