#!/bin/sh
# The whole check: style, types, floors, tests. Every part runs even when an earlier one failed. Types are checked
# beside the tests, which leave a core waiting now and then; what mypy said is shown when the tests are done.
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
part floors "$bin/lint-imports"
if [ "${1:-}" = lint ]; then
    part types "$bin/mypy"
    [ -z "$failed" ]
    exit
fi

words="$(mktemp)"
(failed="" && part types "$bin/mypy" && [ -z "$failed" ]) >"$words" 2>&1 &
types=$!
trap 'kill "$types" 2>/dev/null; rm -f "$words"' EXIT

# Tests start the product's programs some hundred times; where Python is told to write nothing, each would compile it anew.
"$bin/python" -m compileall -q tracker migrations app.py gunicorn.conf.py
echo "== tests: $bin/pytest -n 2"
"$bin/pytest" -n 2 --dist worksteal -q --durations=20
tests=$?
wait "$types" || failed="$failed types"
cat "$words"
if [ -n "$failed" ]; then
    echo "== failed:$failed" >&2
    exit 1
fi
exit "$tests"
