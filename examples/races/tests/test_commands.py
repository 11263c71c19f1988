import json
import subprocess
import sys

import pytest

from races import paths


def run(*arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=paths.EXAMPLE,
        check=False,
        capture_output=True,
        text=True,
    )


def test_predict_score_add_day_and_reset(build):
    predicted = run("-m", "races", "predict", "--limit", "2")
    assert len(predicted.stdout.splitlines()) == 2, predicted.stderr
    assert "first weeks, prior only" in run("-m", "races", "score").stdout
    assert "added 2016-07-10: 11 races" in run("-m", "races", "add-day").stdout
    assert run("-m", "races", "add-day").returncode == 1
    assert "forgot 2" in run("-m", "races", "reset", "--predictions").stdout
    others = build / "somebody-elses.db"
    others.touch()
    run("-m", "races", "reset")
    assert list(build.iterdir()) == [others]
    missing = run("-m", "races", "score")
    assert missing.returncode == 1
    assert "races prepare" in missing.stderr


@pytest.mark.parametrize("peer", ["work", "pool"])
def test_peers_are_measured_on_a_copy(build, peer, connection):
    done = run("bench_peers.py", "--peer", peer, "--mode", "cold", "--n", "4", "--workers", "2")
    measured = json.loads(done.stdout)
    assert (measured["peer"], measured["n"]) == (peer, 4)
    assert 0 < measured["first_result_seconds"] <= measured["seconds"]
    assert measured["cpu_seconds"] > 0
    assert connection.execute("SELECT count(*) FROM predictions").fetchone()[0] == 0
