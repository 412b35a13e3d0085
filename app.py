"""`python app.py` is `kangbian serve`: the page and the REST interface on one port."""

import sys

from interfaces.cli import main

if __name__ == "__main__":
    sys.argv[1:1] = ["serve"]
    main()
