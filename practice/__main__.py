"""`python -m practice sp4n --port 8011 --directory D`: a practice portal until it is stopped.

Credentials come by the environment, where no list of processes shows them:
`PRACTICE_CLIENT_SECRET` and `PRACTICE_WEBHOOK_SECRET` of sp4n, `PRACTICE_API_KEY` of the others.
"""

import argparse
import os
from importlib import import_module
from pathlib import Path

from practice.config import Config
from practice.serving import server


def main() -> None:
    arguments = argparse.ArgumentParser(prog="practice", description="Portal latihan.")
    arguments.add_argument("portal", choices=("sp4n", "laporgub", "open311"))
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--directory", type=Path, required=True, help="tempat datanya")
    arguments.add_argument("--webhook", help="alamat yang diberi tahu, hanya sp4n")
    arguments.add_argument(
        "--arriving", type=float, metavar="S", help="contoh aduan datang selama S detik"
    )
    arguments.add_argument(
        "--quiet", type=float, default=0, metavar="S", help="dan mulai setelah S detik"
    )
    given = arguments.parse_args()
    default = Config()
    config = Config(
        directory=given.directory,
        client_secret=os.environ.get("PRACTICE_CLIENT_SECRET", default.client_secret),
        webhook_secret=os.environ.get("PRACTICE_WEBHOOK_SECRET", default.webhook_secret),
        api_key=os.environ.get("PRACTICE_API_KEY", default.api_key),
        webhook=given.webhook,
        arriving_s=given.arriving,
        quiet_s=given.quiet,
    )
    app = import_module(f"practice.{given.portal}").create_app(config)
    server(app, "127.0.0.1", given.port).run()


if __name__ == "__main__":
    main()
