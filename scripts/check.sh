#!/bin/sh
# The whole check: style, types, floors, tests. Every part runs even when an earlier one failed; pytest speaks last.
set -u
cd "$(dirname "$0")/.."

bin=.venv/bin
failed=""

part() {
    name="$1"
    shift
    echo "== $name: $*"
    started="$(date +%s)"
    if "$@"; then
        echo "== $name: fine, $(($(date +%s) - started)) s"
    else
        failed="$failed $name"
        echo "== $name: FAILED, $(($(date +%s) - started)) s"
    fi
}

part style "$bin/ruff" check .
part format "$bin/ruff" format --check .
part types "$bin/mypy"
part floors "$bin/lint-imports"
[ "${1:-}" = lint ] && { [ -z "$failed" ]; exit; }

echo "== tests: $bin/pytest -n 2"
"$bin/pytest" -n 2 --dist worksteal -q --durations=20
tests=$?
if [ -n "$failed" ]; then
    echo "== failed:$failed" >&2
    exit 1
fi
exit "$tests"
