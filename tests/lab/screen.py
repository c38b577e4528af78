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
        self.styled = self.pretty or os.environ.get("HOLDFAST_STYLES") == "1"
        self.drawn, self.shown = 0, None

    def style(self, text, *names):
        return "\033[" + ";".join(STYLES[n] for n in names) + "m" + text + "\033[0m" if self.styled else text

    def erase(self):
        if self.drawn:
            self.out.write(f"\033[{self.drawn}A\033[J")
            self.drawn, self.shown = 0, None

    def say(self, text=""):
        """A line that stays."""
        self.erase()
        self.out.write(text + "\n")
        self.out.flush()

    def draw(self, lines):
        """The picture; replaces the one before in one write, line over line, so that nothing flickers."""
        if not self.pretty or lines == self.shown:
            return
        width = shutil.get_terminal_size().columns
        up = f"\033[{self.drawn}A" if self.drawn else ""
        self.out.write(up + "".join(cut(line, width) + "\033[K\n" for line in lines) + "\033[J")
        self.out.flush()
        self.drawn, self.shown = len(lines), list(lines)

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
