"""Forecasts of real demand: which model, with which parameters, is best for each series.

`series` reads the published rows, `cleaning` takes out a mistake, `models` forecast, `metrics`
measure, `space` says what may be tried and `search` tries it, `optimise` puts these together for
one series, and `tasks` hands that to Paceline. `client` and `batches` talk to a node, `table`
prints, and `figures` measures whole data sets without any search.
"""

import os

# Paceline runs one worker process per core. A numeric library that starts a thread per core inside
# each of them only makes them fight; it reads these when it is first imported, so they stand here.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
