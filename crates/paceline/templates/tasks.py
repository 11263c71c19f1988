"""A first task: `paceline submit square --wait` runs it.

A node that was started with `paceline up --reload` takes up what is edited here; without it,
restart the node.
"""

import time

import paceline as pl

app = pl.App()


def list_numbers(params):
    """The planner: lists a job's items. Runs in the background when the job starts."""
    for number in range(1, params.get("count", 20) + 1):
        yield pl.Item(key=f"number-{number}", payload={"number": number})


@app.task(items=list_numbers, chunk_size=5, item_timeout="10s", retry=pl.Retry(3))
def square(item, ctx):
    """Called once for each item, on every core; what it returns is kept as the item's result."""
    time.sleep(0.2)  # as if it were hard work
    ctx.log.info("squared %d", item["number"])
    return {"number": item["number"], "square": item["number"] ** 2}
