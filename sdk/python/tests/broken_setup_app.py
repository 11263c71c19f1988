import paceline as pl

app = pl.App()


def load() -> None:
    raise OSError("no model here")


@app.task(setup=load)
def work() -> None: ...
