"""C++ sources as the linter sees them: code without comments and strings, includes, functions with their lengths.

Not a parser: braces are counted and each opening one is judged by the text before it. Good enough for this code's style.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import re

SUFFIXES = (".h", ".cpp")
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\((?:.*?)\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum)\b[^()=]*$|\bextern\s*\"\"\s*$")
NAME = re.compile(r"([~\w]+(?:::[~\w]+)*|operator\s*\S+)\s*\(")


def blank(match):
    """A comment or literal with its newlines kept, so that line numbers stay."""
    text = match.group(0)
    if text.startswith("'") and not re.fullmatch(r"'(\\.[^']*|[^'\\])'", text):
        return text  # a digit separator's neighbourhood, not a character
    mark = '""' if '"' in text[:2] else ""
    return mark + "\n" * text.count("\n")


class File:
    def __init__(self, path, text):
        self.path, self.text = path, text
        self.lines = text.count("\n")
        self.code = TOKEN.sub(blank, re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "", text))
        self.includes = [(n, m.group(1) == '"', m.group(2)) for n, line in enumerate(text.split("\n"), 1)
                         if (m := re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line))]
        self.conditionals = [(n, line.strip()) for n, line in enumerate(self.code.split("\n"), 1)
                             if re.match(r"\s*#\s*(if|ifdef|ifndef)\b", line)]
        self.functions = list(functions(self.code))


def functions(code):
    """Yield (line, name, lines) of every function definition at namespace or class level."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m.group(0).count("\n"), code, flags=re.M)
    stack, start, line, statement_line = [], 0, 1, 1
    for at, c in enumerate(code):
        if c == "\n":
            line += 1
        if not code[start:at].strip():
            statement_line = line
        if c == "{":
            before = code[start:at].strip()
            inside = stack[-1][0] if stack else "scope"
            if inside != "scope":
                kind = "block"
            elif SCOPE.search(before):
                kind = "scope"
            elif NAME.search(before) and not re.search(r"=\s*(\w[\w:<>, ]*)?$", before) and not re.search(r"[\w>]\s*\(.*\)\s*:.*[\w>]$", before, re.S):
                kind = "function"
            else:
                kind = "block"
            name = NAME.search(before).group(1) if kind == "function" else ""
            stack.append((kind, statement_line, name))
            if kind == "scope":
                start = at + 1
        elif c == "}" and stack:
            kind, began, name = stack.pop()
            if kind == "function":
                yield began, name, line - began + 1
            if not stack or stack[-1][0] == "scope":
                if kind != "block":
                    start = at + 1
        elif c == ";" and (not stack or stack[-1][0] == "scope"):
            start = at + 1


def read_tree(root):
    """Every C++ source of the project, build folders left out."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "build")))
        for name in sorted(names):
            if name.endswith(SUFFIXES):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as f:
                    yield File(os.path.relpath(path, root), f.read())
