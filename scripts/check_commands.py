#!/usr/bin/env python3
"""Checks command lines in manifests, compose files and guides against the programs' --help: every option must exist.

    check_commands.py PROGRAMS_FOLDER FILE...

In YAML, lists that begin with a program's name, or whose container is named after it, are command lines; so are lines of
shell in them and in code blocks of Markdown.
"""

import functools
import os
import re
import subprocess
import sys

import yaml

if len(sys.argv) < 3:
    sys.exit(__doc__)
FOLDER = sys.argv[1]
PROGRAMS = sorted(
    name for name in os.listdir(FOLDER)
    if re.fullmatch(r"[a-z]+(-[a-z]+)*", name) and os.path.isfile(os.path.join(FOLDER, name))
    and os.access(os.path.join(FOLDER, name), os.X_OK))
# At the start of a command: `kubectl patch cronjob clean-transactions` is not one of ours.
CALL = re.compile(r"(?:^|[;&|(])\s*(?:\S*/)?(" + "|".join(PROGRAMS) + r")\s+([^|;&]*)")
OPTION = re.compile(r"(?:^|\s)(--[a-z][a-z-]*)")


@functools.cache
def options(program):
    text = subprocess.run(
        [os.path.join(FOLDER, program), "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = set(re.findall(r"(?:^|[\s/,])(--[a-z][a-z-]*)", text)) | {"--help", "--version"}
    # `--record/--no-record` and the like.
    return found | set(re.findall(r"/(--[a-z-]+)", text))


def shell(text):
    """(program, options) of each call in lines of shell."""
    for match in CALL.finditer(re.sub(r"\\\n\s*", " ", text).replace("\n", ";")):
        yield match[1], OPTION.findall(match[2])


def lists(node, name=None):
    """(program, options) of each list of arguments in a document."""
    if isinstance(node, dict):
        own = node.get("name") if isinstance(node.get("name"), str) else name
        for key, value in node.items():
            inner = key if isinstance(value, dict) and key in PROGRAMS else own
            if key in ("args", "command") and isinstance(value, list) and all(isinstance(word, str) for word in value):
                yield from arguments(value, inner)
            else:
                yield from lists(value, inner)
    elif isinstance(node, list):
        for value in node:
            yield from lists(value, name)


def arguments(words, name):
    program = words[0] if words and words[0] in PROGRAMS else name
    given = [word.split("=")[0] for word in words if word.startswith("--")]
    if program in PROGRAMS and given:
        yield program, given
    for word in words:
        if " " in word:
            yield from shell(word)


def calls(path):
    with open(path) as file:
        text = file.read()
    if path.endswith((".yaml", ".yml")):
        for document in yaml.safe_load_all(text):
            yield from lists(document)
    else:
        fenced = re.findall(r"^```.*?\n(.*?)^```", text, re.M | re.S)
        yield from shell("\n".join(fenced + re.findall(r"^    .*$", text, re.M)))


count, failed = 0, False
for path in sys.argv[2:]:
    for program, given in calls(path):
        count += 1
        for option in given:
            if option not in options(program):
                print(f"{path}: {program} has no option {option}")
                failed = True
print(f"{count} command lines")
sys.exit(1 if failed or count == 0 else 0)
