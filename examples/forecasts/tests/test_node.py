"""End to end: the real binary, its warm workers, and this example's own client and commands."""

import json
import os
import subprocess
import sys
import time

import pytest

from forecasts import batches, paths, series, table
from forecasts.client import Refused
from forecasts.optimise import optimise

PATIENCE = 30
# So many searches that most wait, whatever the number of cores.
MANY = 4 * (os.cpu_count() or 2)
# Some seconds of one core: there is time to interfere.
LONG = {"sku": "23166", "model": "holt_winters", "method": "ai", "trials": 500}


def until(what, look, wanted):
    end = time.monotonic() + PATIENCE
    while not wanted(seen := look()):
        assert time.monotonic() < end, f"waited in vain for {what}: {seen}"
        time.sleep(0.02)
    return seen


def job(client, id):
    return client.get(f"/jobs/{id}")


def in_state(client, id, *states):
    return until(f"{states}", lambda: job(client, id), lambda job: job["state"] in states)


def command(node, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "forecasts", "--server", node.url, *arguments],
        cwd=paths.EXAMPLE,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_batch_from_the_command_line_gives_what_a_direct_run_gives(node, client):
    name = "from-the-command-line"
    methods = ["--methods", "grid", "ai", "--trials", "12"]
    printed = command(node, "submit", "--skus", "2", "--batch", name, *methods, "--wait")
    batch = client.get(f"/batches/{name}")
    assert batch["reason"] == "new data for 2 SKUs"
    assert batch["jobs"]["completed"] == 2 * 3 * 2
    jobs = list(client.jobs(batch=name))
    for one in jobs:
        params = one["params"]
        direct = optimise(
            series.find(params["sku"]), params["model"], params["method"], params["trials"]
        )
        assert one["result"] == json.loads(json.dumps(direct))
        assert one["key"] == params["sku"]
    assert printed.strip() == table.text(jobs)
    assert command(node, "results", name) == printed


def test_a_batch_is_paused_resumed_and_cancelled(client):
    # Jobs of some seconds: most of them have not begun when the batch is paused.
    name = "controlled"
    chosen = series.of("retail", MANY)
    ids = batches.submit(
        client, name, "to be stopped", batches.jobs_of(chosen, ["holt_winters"], ["ai"], trials=500)
    )
    until(
        "a job with progress",
        lambda: list(client.jobs(batch=name, state="running")),
        lambda jobs: any(0 < job["progress"]["percent"] < 100 for job in jobs),
    )
    client.post(f"/batches/{name}/pause")
    states = {one["state"] for one in client.jobs(batch=name)}
    assert states <= {"paused", "completed"}, states
    client.post(f"/batches/{name}/resume")
    until(
        "jobs to go on",
        lambda: client.get(f"/batches/{name}")["jobs"],
        lambda jobs: jobs["running"] > 0 and jobs["paused"] == 0,
    )
    client.post(f"/batches/{name}/cancel")
    batch = batches.wait(client, name)
    assert batch["jobs"]["cancelled"] > 0
    assert batch["jobs"]["cancelled"] + batch["jobs"]["completed"] == len(ids)


def test_a_running_search_hears_of_its_cancel(client):
    id = client.post_when_ready("/jobs", {"task": "optimise", "params": LONG, "force": True})["id"]
    until("progress", lambda: job(client, id), lambda job: job["progress"]["percent"] > 0)
    began = time.monotonic()
    client.post(f"/jobs/{id}/cancel")
    ended = in_state(client, id, "cancelled")
    assert time.monotonic() - began < 5, "the whole search takes longer than that"
    assert ended["result"] is None


def test_an_urgent_search_goes_before_those_that_wait(client):
    name = "in-no-hurry"
    chosen = series.of("retail", MANY)
    jobs = batches.jobs_of(chosen, ["holt_winters"], ["ai"], trials=300, priority="low")
    batches.submit(client, name, "someday", jobs)
    params = {"sku": "N1402", "model": "seasonal_naive", "method": "grid"}
    submitted = client.post("/jobs", {"task": "optimise", "params": params, "priority": "urgent"})
    urgent = in_state(client, submitted["id"], "completed")
    waiting = client.get(f"/batches/{name}")["jobs"]["pending"]
    client.post(f"/batches/{name}/cancel")
    assert waiting > 0, "all of the batch had begun before the urgent one was done"
    assert urgent["result"]["metrics"]["mase"] == pytest.approx(0.7707, abs=0.0001)
    batches.wait(client, name)


def test_a_search_that_was_done_answers_the_next(node, client):
    arguments = ["submit", "--skus", "3", "--models", "seasonal_naive", "--until", "2011-11-21"]
    first = command(node, *arguments, "--batch", "asked-first", "--wait")
    again = command(node, *arguments, "--batch", "asked-again", "--wait")
    assert again == first
    ran, answered = (list(client.jobs(batch=f"asked-{when}")) for when in ("first", "again"))
    assert [one["cached_from"] for one in answered] == [one["id"] for one in ran]
    assert client.get("/batches/asked-again")["jobs"]["completed"] == 3
    # Other data are another question; and who insists gets a run.
    other = command(node, *arguments[:-1], "2011-11-14", "--batch", "asked-other", "--wait")
    assert other != first
    assert command(node, *arguments, "--force", "--batch", "asked-anew", "--wait") == first
    for batch in ("asked-other", "asked-anew"):
        assert all(one["cached_from"] is None for one in client.jobs(batch=batch))


def test_newer_data_go_to_the_searches_that_wait(client):
    chosen = series.of("retail", MANY)
    before, now = "2011-10-31", "2011-11-28"

    def jobs(some, week, trials):
        return batches.jobs_of(some, ["holt_winters"], ["ai"], trials=trials, until=week)

    october, november = "the data of October", "the data of November"
    [begun] = batches.submit(client, "begun", october, jobs(chosen[:1], before, 500))
    in_state(client, begun, "running")
    client.post("/tasks/optimise/pause")
    waiting = batches.submit(client, "before", october, jobs(chosen[1:], before, 100))
    newer = batches.submit(client, "after", november, jobs(chosen, now, 100))
    client.post("/tasks/optimise/resume")
    for batch in ("begun", "before", "after"):
        batches.wait(client, batch)
    # One had begun: its duplicate waited for its end, and then did the work anew.
    older, anew = job(client, begun), job(client, newer[0])
    assert (older["state"], anew["state"]) == ("completed", "completed")
    assert older["result"]["labels"][-1] == before
    assert anew["result"]["labels"][-1] == now
    assert older["finished_at"] <= anew["started_at"]
    # The others had not: they did the work of both, with the newer data.
    for old, new in zip(waiting, newer[1:], strict=True):
        older, merged = job(client, old), job(client, new)
        assert (older["state"], merged["state"]) == ("completed", "merged")
        assert (merged["merged_into"], older["merged_count"]) == (old, 1)
        assert older["result"]["labels"][-1] == now
    listed = table.text(list(client.jobs(batch="after")))
    assert listed.count("merged into") == MANY - 1


def test_duplicates_are_refused_or_let_be_when_asked(client):
    id = client.post_when_ready("/jobs", {"task": "optimise", "params": LONG, "force": True})["id"]
    in_state(client, id, "running")
    again = {"task": "optimise", "params": {**LONG, "trials": 5}}
    with pytest.raises(Refused, match=id) as refused:
        client.post("/jobs", {**again, "on_duplicate": "reject"})
    assert refused.value.args[1] == 409
    beside = client.post("/jobs", {**again, "on_duplicate": "allow"})["id"]
    assert in_state(client, beside, "completed")["result"]["tried"] == 5
    assert job(client, id)["state"] == "running"
    client.post(f"/jobs/{id}/cancel")
    in_state(client, id, "cancelled")


def test_new_data_change_the_result(client):
    params = {"sku": "10133", "model": "exponential_smoothing", "method": "grid"}
    results = []
    for until_week in ("2011-10-31", "2011-11-28"):
        made = {"task": "optimise", "params": {**params, "until": until_week}}
        id = client.post_when_ready("/jobs", made)["id"]
        results.append(in_state(client, id, "completed")["result"])
    assert [one["labels"][-1] for one in results] == ["2011-10-31", "2011-11-28"]
    assert results[0]["predicted"] != results[1]["predicted"]


def test_what_makes_no_sense_is_refused_or_fails_at_once(client):
    wrong = {"sku": "10133", "model": "crystal_ball", "method": "grid"}
    with pytest.raises(Refused, match="model"):
        client.post_when_ready("/jobs", {"task": "optimise", "params": wrong})
    unknown = {"sku": "x", "model": "holt_winters", "method": "grid"}
    id = client.post("/jobs", {"task": "optimise", "params": unknown})["id"]
    failed = in_state(client, id, "failed")
    assert "no series `x`" in failed["error"]["message"]
    assert failed["attempt"] == 1
