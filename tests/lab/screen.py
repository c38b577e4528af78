"""A terminal that shows what happens: lines that stay, and below them a picture that is drawn again and again.
Where the output is no terminal, only the lines that stay are printed, without colours."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import sys

STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class Screen:
    def __init__(self, out=sys.stdout):
        self.out = out
        self.pretty = out.isatty() and os.environ.get("TERM", "dumb") != "dumb" and not os.environ.get("NO_COLOR")
        self.drawn = 0

    def style(self, text, *names):
        return "\033[" + ";".join(STYLES[n] for n in names) + "m" + text + "\033[0m" if self.pretty else text

    def erase(self):
        if self.drawn:
            self.out.write(f"\033[{self.drawn}A\033[J")
            self.drawn = 0

    def say(self, text=""):
        """A line that stays."""
        self.erase()
        self.out.write(text + "\n")
        self.out.flush()

    def draw(self, lines):
        """The picture; replaces the one before."""
        if not self.pretty:
            return
        width = shutil.get_terminal_size().columns
        self.erase()
        for line in lines:
            self.out.write(cut(line, width) + "\n")
        self.out.flush()
        self.drawn = len(lines)

    def close(self):
        self.erase()
        self.out.flush()


def cut(line, width):
    """A line of at most width visible characters; colours do not count."""
    seen, result = 0, []
    for piece in re.split(r"(\033\[[0-9;]*m)", line):
        if piece.startswith("\033"):
            result.append(piece)
        else:
            result.append(piece[:max(0, width - 1 - seen)])
            seen += len(piece)
    return "".join(result)
