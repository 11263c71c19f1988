from races import database, days


def snapshot(connection, table):
    return set(map(tuple, connection.execute(f"SELECT * FROM {table}")))


def test_the_last_day_is_held_back(connection):
    assert len(database.race_ids(connection)) == 1550
    assert days.waiting(connection) == ["2016-07-10"]


def test_more_days_than_there_are_hold_all_back(tmp_path):
    connection = database.create(tmp_path / "races.db")
    assert days.load_first(connection, hold_back=1_000) == 0
    assert len(days.waiting(connection)) == 166
    connection.close()


def test_adding_a_day_adds_just_that_day(connection):
    before = {table: snapshot(connection, table) for table in ("races", "runners", "features")}
    added = days.add_next(connection)
    assert {race.race_date for race in added} == {"2016-07-10"}
    assert len(added) == 11
    new = {race.race_id for race in added}
    for table, rows in before.items():
        after = snapshot(connection, table)
        assert rows <= after, f"{table}: what was there has not changed"
        assert {row[0] for row in after - rows} == new
    assert days.add_next(connection) == []


def test_only_the_new_day_is_left_to_predict(connection, predictor):
    for race_id in database.race_ids(connection):
        predictor.predict(race_id, simulations=1)
    days.add_next(connection)
    unpredicted = connection.execute(
        "SELECT race_id FROM races WHERE race_id NOT IN (SELECT race_id FROM predictions)"
    )
    expected = database.race_ids(connection, day="2016-07-10")
    assert sorted(row[0] for row in unpredicted) == sorted(expected)
    assert predictor.predict(expected[0], simulations=100)["model"] == "2016-07-01"
