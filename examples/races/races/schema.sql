-- The example's own database. Paceline keeps its jobs elsewhere and never looks in here.

CREATE TABLE races (
    race_id     TEXT PRIMARY KEY,
    race_date   TEXT NOT NULL,
    race_course TEXT NOT NULL,
    race_number INTEGER NOT NULL,
    race_class  INTEGER,
    distance_m  INTEGER NOT NULL,
    going       TEXT NOT NULL,
    surface     TEXT NOT NULL
);

CREATE INDEX races_by_date ON races (race_date, race_number);

CREATE TABLE runners (
    race_id           TEXT NOT NULL REFERENCES races,
    horse_id          TEXT NOT NULL,
    horse_number      INTEGER,
    horse_name        TEXT NOT NULL,
    jockey            TEXT,
    trainer           TEXT,
    draw              INTEGER,
    carried_weight_lb REAL,
    horse_weight_lb   REAL,
    odds              REAL,
    started           INTEGER NOT NULL,
    position          INTEGER,
    dead_heat         INTEGER NOT NULL,
    finish_seconds    REAL,
    early_position    INTEGER,
    PRIMARY KEY (race_id, horse_id)
) WITHOUT ROWID;

-- One vector a starter: little-endian float64 in the order of features.NAMES, NaN for unknown.
CREATE TABLE features (
    race_id  TEXT NOT NULL,
    horse_id TEXT NOT NULL,
    vector   BLOB NOT NULL,
    PRIMARY KEY (race_id, horse_id)
) WITHOUT ROWID;

-- One row a predicted race. `model` is the first day that its classifier was meant for, or `prior`;
-- `times_predicted` shows what "only new" spares and what "force" does again.
CREATE TABLE predictions (
    race_id           TEXT PRIMARY KEY REFERENCES races,
    model             TEXT NOT NULL,
    simulations       INTEGER NOT NULL,
    favourite         TEXT NOT NULL,
    favourite_win     REAL NOT NULL,
    exacta_first      TEXT,
    exacta_second     TEXT,
    exacta_likelihood REAL,
    predicted_at      TEXT NOT NULL,
    times_predicted   INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE runner_predictions (
    race_id       TEXT NOT NULL,
    horse_id      TEXT NOT NULL,
    win           REAL NOT NULL,
    place         REAL NOT NULL,
    mean_position REAL NOT NULL,
    PRIMARY KEY (race_id, horse_id)
) WITHOUT ROWID;
