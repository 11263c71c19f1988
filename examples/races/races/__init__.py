"""Horse races predicted in the background: the Hong Kong seasons 2014/15 and 2015/16.

`source` reads the published rows, `database` keeps them in SQLite, `history` and `features` turn
them into numbers, `train` and `model` learn, `simulate` runs the race, `predict` puts these
together for one race, `tasks` hands that to Paceline, and `score` says how good it was.
"""

import os

# Paceline runs one worker process per core. A numeric library that starts a thread per core inside
# each of them only makes them fight; it reads these when it is first imported, so they stand here.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
