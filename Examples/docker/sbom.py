"""An SPDX 2.3 document of what an image contains: programs, Swift packages, Debian packages, Swift's runtime."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

CREATOR = "Tool: antifraud-sbom-1"


def _package(identifier: str, name: str, version: str, locator: str, download: str, licence: str = "NOASSERTION") -> dict:
    return {
        "SPDXID": f"SPDXRef-{identifier}",
        "name": name,
        "versionInfo": version,
        "downloadLocation": download,
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}
        ],
    }


def swift_packages(resolved: Path) -> list[dict]:
    """Those of Package.resolved, as SwiftPM has written it in this build."""
    if not resolved.exists():
        sys.exit(f"sbom: {resolved} is missing; build first")
    packages = []
    for pin in json.loads(resolved.read_text())["pins"]:
        state, location = pin["state"], pin["location"].removesuffix(".git")
        version = state.get("version") or state["revision"]
        path = location.split("://")[-1]
        packages.append(
            _package(
                f"swift-{pin['identity']}".replace("_", "-"), pin["identity"], version, f"pkg:swift/{path}@{version}",
                f"git+{location}.git@{state['revision']}"))
    return packages


def debian_packages(names: list[str]) -> list[dict]:
    packages = []
    for name in names:
        fields = subprocess.run(
            ["dpkg-query", "--show", "--showformat", "${Package}\t${Version}\t${Architecture}\t${source:Package}", name],
            check=True, stdout=subprocess.PIPE, text=True).stdout.split("\t")
        package, version, architecture, source = fields
        encoded = version.replace("+", "%2B").replace(":", "%3A").replace("~", "~")
        packages.append(
            _package(
                f"deb-{package}".replace("+", "plus"), package, version,
                f"pkg:deb/debian/{package}@{encoded}?arch={architecture}&distro=bookworm&upstream={source}",
                "NOASSERTION"))
    return packages


def swift_runtime() -> dict:
    """Linked into the programs or copied with them."""
    line = subprocess.run(["swift", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[0]
    version = line.split("Swift version ")[-1].split()[0]
    return _package(
        "swift-runtime", "swift-runtime", version, f"pkg:generic/swift@{version}",
        f"git+https://github.com/swiftlang/swift.git@swift-{version}-RELEASE", "Apache-2.0")


def document(programs: list[str], resolved: Path, debian: list[str], foreign: list[Path]) -> dict:
    """
    - foreign: files that no Debian package holds; they must be Swift's.
    """
    unknown = [str(path) for path in foreign if "swift" not in str(path)]
    if unknown:
        sys.exit(f"sbom: no package is known of {', '.join(unknown)}")
    subject = _package(
        "antifraud", "antifraud", "source", "pkg:generic/antifraud", "NOASSERTION", "Apache-2.0")
    subject["comment"] = "Programs: " + ", ".join(programs)
    parts = [swift_runtime()] + swift_packages(resolved) + debian_packages(debian)
    content = json.dumps([subject] + parts, sort_keys=True).encode()
    # The same content has the same name; SOURCE_DATE_EPOCH makes the whole document reproducible.
    created = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "antifraud",
        "documentNamespace": f"https://spdx.org/spdxdocs/antifraud-{hashlib.sha256(content).hexdigest()}",
        "creationInfo": {
            "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(created)),
            "creators": [CREATOR],
        },
        "packages": [subject] + parts,
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
             "relatedSpdxElement": subject["SPDXID"]}
        ] + [
            {"spdxElementId": subject["SPDXID"], "relationshipType": "CONTAINS", "relatedSpdxElement": part["SPDXID"]}
            for part in parts
        ],
    }
