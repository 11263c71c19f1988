"""A warm worker process: `python -m paceline.worker races.tasks` (or `module:app`).

A node starts it and talks to it over stdin and stdout; the handlers' own prints go to stderr.
It ends with status 0 when told to stop (message, SIGTERM, end of input), 1 when its module or
a setup fails, 2 when called wrongly or when the node sends what it cannot read.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import signal
import sys
from collections.abc import Sequence

from ._fds import close_in_forks, take_stdio
from ._inbox import ProtocolError
from ._serve import Server, die
from .app import App


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the tasks of a module until told to stop; gives the exit status."""
    target = _parse(arguments)
    messages_in, messages_out = take_stdio()
    # Ctrl-C in a terminal reaches the whole group, and the node decides what it means. A
    # handler, not SIG_IGN: programs that handlers start would inherit SIG_IGN.
    signal.signal(signal.SIGINT, lambda number, frame: None)
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    app = load(target)
    # After the import, so that a module which sets up logging itself has its way.
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    server = Server(app, messages_in, messages_out)
    close_in_forks((messages_in, messages_out), server.outbox.close)
    setup_seconds = server.set_up()
    signal.signal(signal.SIGTERM, lambda number, frame: server.inbox.stop())
    signal.set_wakeup_fd(server.inbox.wake_write, warn_on_full_buffer=False)
    try:
        status = server.run(setup_seconds)
    except ProtocolError as error:
        die(error)
        return 2
    signal.set_wakeup_fd(-1)
    server.close()
    return status


def load(target: str) -> App:
    """The App that `module` or `module:attribute` names. Raises SystemExit if there is none."""
    module_name, _, attribute = target.partition(":")
    module = importlib.import_module(module_name)
    name = attribute or "app"
    app = getattr(module, name, None)
    if isinstance(app, App):
        return app
    apps = [name for name, value in vars(module).items() if isinstance(value, App)]
    hint = f"; it has {', '.join(apps)}: give {module_name}:{apps[0]}" if apps else ""
    if hasattr(module, name):
        raise SystemExit(f"paceline worker: {module_name}.{name} is no App{hint}")
    file = os.path.basename(module.__file__ or "")
    where = module_name if file in ("", "__init__.py") else file
    raise SystemExit(f"paceline worker: {where} has no `{name} = pl.App()`{hint}")


def _parse(arguments: Sequence[str] | None) -> str:
    parser = argparse.ArgumentParser(
        prog="python -m paceline.worker", description="Serve the tasks of a module to a node."
    )
    parser.add_argument("app", help="module, or module:attribute (default attribute: app)")
    return str(parser.parse_args(arguments).app)


if __name__ == "__main__":
    sys.exit(main())
