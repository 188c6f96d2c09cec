#!/bin/sh
# Install the Debian packages that are missing; `run` for serving, `check` for the tests as well.
# Says what it does; uses sudo only when something is missing and we are not root.
set -eu

purpose="${1:?run or check}"
python="${PYTHON:-python3}"
missing=""

installed() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }
want() { for package in "$@"; do installed "$package" || missing="$missing $package"; done; }

command -v dpkg-query >/dev/null || {
    echo "set-up: not a Debian or Ubuntu system; see docs/deployment.md for what to install by hand" >&2
    exit 0
}

# The paper: Pango lays the text out, HarfBuzz' subsetter keeps a Chinese voucher at a third of a second, not 18,
# Hanazono has the rare characters of names that the pinned typeface lacks.
want libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-hanazono
"$python" -c 'import ensurepip, venv' 2>/dev/null || want python3-venv

if [ "$purpose" = check ]; then
    # Pages in tests are drawn with a sans serif, and PDFs are read back with pdftotext.
    want fonts-noto-cjk poppler-utils
    # Debian packages Chromium; of Ubuntu's there is only a snap, so scripts/make_venv.sh lets Playwright bring its own.
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
        grep -qsx 'ID=ubuntu' /etc/os-release || want chromium
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || want postgresql
fi

[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "set-up: please install as root, then try again: apt-get install$missing" >&2
        exit 1
    }
    as_root="sudo"
fi
echo "set-up: installing with apt-get${as_root:+ (sudo)}:$missing"
export DEBIAN_FRONTEND=noninteractive
before="$(ls -d /etc/postgresql/*/main 2>/dev/null || true)"
$as_root apt-get update -qq
# shellcheck disable=SC2086  each word is a package
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null

# The tests start a PostgreSQL of their own; the one Debian makes with the package would only sit there.
for cluster in /etc/postgresql/*/main; do
    [ -d "$cluster" ] || continue
    case " $before " in *"$cluster"*) continue ;; esac
    version="$(basename "$(dirname "$cluster")")"
    echo "set-up: PostgreSQL $version will not be left running (the tests start their own)"
    echo manual | $as_root tee "$cluster/start.conf" >/dev/null
    $as_root pg_ctlcluster "$version" main stop 2>/dev/null || true
done
