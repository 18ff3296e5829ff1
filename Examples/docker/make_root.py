#!/usr/bin/env python3
"""Makes the root file system of an image: programs, the shared libraries that they load, and what those expect to find.

    make_root.py DESTINATION --bin .build/release serve-model
    make_root.py DESTINATION --bin .build/release --busybox /bin/busybox --all     # every program under Examples/

Each Debian package that a file comes from is written to /var/lib/dpkg/status.d, where scanners of images look for it, and
with its copyright to /usr/share/doc. /usr/share/sbom has an SPDX document of everything.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import sbom

USER = 65532
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# The loader as programs name it, and folders that Debian has moved below /usr.
MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")


def output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def programs_of_package() -> list[str]:
    """Executables under Examples/: those of the tests stay out."""
    package = json.loads(output("swift", "package", "describe", "--type", "json"))
    targets = package["targets"]
    return sorted(t["name"] for t in targets if t["type"] == "executable" and t["path"].startswith("Examples/"))


def libraries(program: Path) -> set[Path]:
    """The shared libraries that a program loads, the loader among them, as the loader finds them."""
    paths = set()
    for line in output("ldd", str(program)).splitlines():
        if "not found" in line:
            sys.exit(f"make_root: {program.name} needs a library that is not here:{line}")
        match = re.search(r"(/\S+) \(0x", line)
        if match:
            paths.add(Path(match[1]))
    return paths


def merged(path: Path) -> Path:
    """/lib/x as /usr/lib/x."""
    return Path("/usr", *path.parts[1:]) if path.parts[1] in MERGED else path


def package_of(path: Path) -> str | None:
    """The Debian package that a file belongs to; packages list a path as it was before or after the merger of /usr."""
    path = path.resolve()
    before = Path("/", *path.parts[2:]) if path.parts[1] == "usr" else path
    for spelling in dict.fromkeys((path, before)):
        found = subprocess.run(
            ["dpkg-query", "--search", str(spelling)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if found.returncode == 0:
            return found.stdout.splitlines()[0].rsplit(": ", 1)[0].split(",")[0]
    return None


class Root:
    def __init__(self, folder: Path):
        self.folder = folder
        self.packages: set[str] = set()
        self.foreign: set[Path] = set()
        for name in ("usr/bin", "usr/lib", "usr/lib64", "usr/sbin", "etc", "tmp", "work", "var/lib/dpkg/status.d"):
            (folder / name).mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            (folder / name).symlink_to(f"usr/{name}")
        (folder / "tmp").chmod(0o1777)
        os.chown(folder / "work", USER, USER)

    def add(self, source: Path, target: Path | None = None, mode: int = 0o644) -> Path:
        """Copies a file, symbolic links followed, and notes where it comes from."""
        package = package_of(source)
        if package:
            self.packages.add(package)
        else:
            self.foreign.add(source)
        path = self.folder / merged(target or source).relative_to("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)
        path.chmod(mode)
        return path

    def write(self, path: str, text: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def add_system_files(self) -> None:
        self.write("etc/passwd", f"root:x:0:0:root:/:/sbin/nologin\nantifraud:x:{USER}:{USER}:antifraud:/work:/sbin/nologin\n")
        self.write("etc/group", f"root:x:0:\nantifraud:x:{USER}:\n")
        self.write("etc/nsswitch.conf", "hosts: files dns\n")
        # Made by that package's scripts, and so in no list of files.
        self.add(CERTIFICATES)
        self.foreign.discard(CERTIFICATES)
        self.packages.add("ca-certificates")
        self.add(Path("/etc/os-release"), Path("/usr/lib/os-release"))
        (self.folder / "etc/os-release").symlink_to("../usr/lib/os-release")

    def add_package_records(self) -> None:
        for package in sorted(self.packages):
            name = package.split(":")[0]
            self.write(f"var/lib/dpkg/status.d/{name}", output("dpkg-query", "--status", package))
            copyright_file = Path("/usr/share/doc", name, "copyright")
            if copyright_file.exists():
                self.write(f"usr/share/doc/{name}/copyright", copyright_file.read_text(errors="replace"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("destination", type=Path)
    parser.add_argument("--bin", type=Path, required=True, help="the folder of the built programs")
    parser.add_argument("--busybox", type=Path, help="a static BusyBox, for a shell")
    parser.add_argument("--all", action="store_true", help="every program under Examples/")
    parser.add_argument("--resolved", type=Path, default=Path("Package.resolved"))
    parser.add_argument("programs", nargs="*")
    arguments = parser.parse_intermixed_args()
    names = programs_of_package() if arguments.all else arguments.programs
    if not names:
        parser.error("name programs, or give --all")

    root = Root(arguments.destination)
    needed: set[Path] = set()
    for name in names:
        built = arguments.bin / name
        program = root.add(built, Path("/usr/bin", name), mode=0o755)
        root.foreign.discard(built)
        needed |= libraries(built)
        subprocess.run(["strip", "--strip-all", str(program)], check=True)
    for library in sorted(needed):
        root.add(library, mode=0o755)
    if arguments.busybox:
        root.add(arguments.busybox, Path("/usr/bin/busybox"), mode=0o755)
        for applet in output(str(arguments.busybox), "--list").split():
            link = root.folder / "usr/bin" / applet
            if not link.exists():
                link.symlink_to("busybox")
    root.add_system_files()
    root.add_package_records()
    document = sbom.document(names, arguments.resolved, sorted(root.packages), sorted(root.foreign))
    root.write("usr/share/sbom/antifraud.spdx.json", json.dumps(document, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
