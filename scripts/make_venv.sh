#!/bin/sh
# Make .venv and install what is pinned and hashed in requirements*.txt; `run` or `check`. Quick when nothing changed.
set -eu
cd "$(dirname "$0")/.."

purpose="${1:?run or check}"
python="${PYTHON:-python3}"

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "set-up: Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3 $purpose" >&2
    exit 1
}

lists="requirements.txt"
[ "$purpose" = run ] || lists="$lists requirements-dev.txt"
# shellcheck disable=SC2086  each word is a file
wanted="$(cat $lists pyproject.toml | sha256sum | cut -c1-64)"
stamp=".venv/installed-for-$purpose"
[ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && exit 0

if [ ! -x .venv/bin/python ]; then
    echo "set-up: making .venv with $("$python" --version)"
    "$python" -m venv .venv
fi
for list in $lists; do
    echo "set-up: installing $list into .venv"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$list"
done
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
if [ "$purpose" = check ] && ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then
    echo "set-up: no Chromium here; Playwright installs its own, with the libraries it needs"
    .venv/bin/playwright install --with-deps chromium
fi
echo "$wanted" > "$stamp"
# What the checks need includes what running needs.
[ "$purpose" = run ] || cat requirements.txt pyproject.toml | sha256sum | cut -c1-64 > .venv/installed-for-run
