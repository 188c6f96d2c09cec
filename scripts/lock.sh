#!/bin/sh
# Pin and hash the newest versions that requirements*.in allow. No index address is written into the lists.
set -eu
cd "$(dirname "$0")/.."

for list in requirements requirements-dev; do
    echo "lock: $list.txt"
    .venv/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file "$list.txt" "$list.in"
done
