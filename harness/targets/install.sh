#!/usr/bin/env bash
# Puts what a target runs on, in the pinned versions, into .cache/targets/NAME at the top of the project.
#
#   install.sh python NAME REQUIREMENTS [VERSION]   a venv, of this Python version or the one that is there
#   install.sh npm NAME LOCK                        node_modules; LOCK is a package-lock.json
#   install.sh go NAME MOD SUM SOURCE...            a program `driver`; MOD and SUM become go.mod and go.sum
#   install.sh maven NAME POM SOURCE...             classes and lib
#
# Does nothing when the same files were installed before. Packages come from where the package managers are configured to look.
set -euo pipefail
kind=$1 name=$2
shift 2
cache=$(cd "$(dirname "$0")/../.." && pwd)/.cache/targets/$name
files=()
for word in "$@"; do
    if [ -f "$word" ]; then files+=("$word"); fi
done
stamp=$(cat "$0" "${files[@]}" | sha256sum)

if [ "$(cat "$cache/installed" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi
rm -rf "$cache"
mkdir -p "$cache"

python_of() { # VERSION: the first of the usual names that is this version
    local candidate
    for candidate in "python$1" "$HOME/.pyenv/versions/$1."*/bin/python; do
        if "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "no Python $1 here; expected it as python$1" >&2
    return 1
}

case $kind in
python)
    python=python3
    if [ -n "${2-}" ]; then
        python=$(python_of "$2")
    fi
    "$python" -m venv "$cache"
    "$cache/bin/pip" install --quiet --disable-pip-version-check -r "$1"
    ;;
npm)
    cp "$1" "$cache/package-lock.json"
    # The lock file holds what package.json would say.
    node -e 'const fs = require("node:fs"); const lock = JSON.parse(fs.readFileSync(process.argv[1])); fs.writeFileSync(process.argv[2], JSON.stringify(lock.packages[""]))' \
        "$1" "$cache/package.json"
    npm ci --prefix "$cache" --ignore-scripts --no-audit --no-fund --silent
    ;;
go)
    cp "$1" "$cache/go.mod"
    cp "$2" "$cache/go.sum"
    cp "${@:3}" "$cache"
    (cd "$cache" && GOFLAGS=-mod=readonly go build -p 2 -trimpath -ldflags=-s -o driver .)
    ;;
maven)
    cp "$1" "$cache/pom.xml"
    mkdir "$cache/src"
    cp "${@:2}" "$cache/src"
    mvn --batch-mode --quiet --file "$cache/pom.xml" process-classes
    ;;
*)
    echo "install.sh: unknown kind $kind" >&2
    exit 2
    ;;
esac
echo "$stamp" >"$cache/installed"
