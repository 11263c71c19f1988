import paceline as pl

mine = pl.App()


@mine.task
def work() -> str:
    return "done"
