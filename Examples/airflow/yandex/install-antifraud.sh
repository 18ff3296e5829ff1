#!/usr/bin/env bash
# Initialisation action of a Yandex Data Processing cluster: installs the programs of Antifraud on a node.
#
#   install-antifraud.sh URL SHA256
#
# URL is the bundle that make-bundle has made, in Object Storage (https://storage.yandexcloud.net/BUCKET/KEY). It is read
# with the token of the node's service account, which needs the role storage.viewer. A bundle with another checksum is not
# installed, and the creation of the cluster fails.
set -euo pipefail

url=${1:?the address of the bundle is missing}
checksum=${2:?the SHA-256 of the bundle is missing}
metadata=${ANTIFRAUD_METADATA_URL:-http://169.254.169.254}
folder=${ANTIFRAUD_FOLDER:-/opt/antifraud}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022

token=$(curl -fsS --retry 5 --retry-connrefused --max-time 30 -H 'Metadata-Flavor: Google' \
    "$metadata/computeMetadata/v1/instance/service-accounts/default/token" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')
# The token is passed in a file: command lines can be seen by all.
(umask 077 && printf 'header = "Authorization: Bearer %s"\n' "$token" >"$work/token")
curl -fsSL --retry 5 --retry-connrefused --max-time 300 --config "$work/token" -o "$work/bundle.tar.gz" "$url"
if ! echo "$checksum  $work/bundle.tar.gz" | sha256sum --check --status; then
    echo "install-antifraud: $url does not have the SHA-256 $checksum; correct antifraud_yandex_bundle_sha256" >&2
    exit 1
fi
rm -rf "$folder.new"
mkdir -p "$folder.new"
tar xzf "$work/bundle.tar.gz" --no-same-owner -C "$folder.new"
rm -rf "$folder"
mv "$folder.new" "$folder"
"$folder/bin/clean-transactions" --version
