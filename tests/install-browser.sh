#!/bin/sh
# Chromium and Firefox for the browser tests, Node for those of the scripts, nginx and rsync for those of
# docs/hosting.md, jing (which brings Java) for those of the feeds, from the system's packages.
# Where they cannot be installed, these tests are skipped; on a CI machine (CI is set) that is a
# failure.
set -eu
packages=""
command -v chromium >/dev/null 2>&1 || packages="chromium fonts-dejavu-core"
command -v firefox-esr >/dev/null 2>&1 || command -v firefox >/dev/null 2>&1 ||
    packages="$packages firefox-esr"
command -v node >/dev/null 2>&1 || packages="$packages nodejs"
command -v rsync >/dev/null 2>&1 || packages="$packages rsync"
command -v jing >/dev/null 2>&1 || packages="$packages jing"
# Not everybody has the folder of servers in PATH.
PATH="$PATH:/usr/sbin" command -v nginx >/dev/null 2>&1 || packages="$packages nginx-light"
if [ -z "$packages" ]; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086  # a list of names
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages >/dev/null
    then
        exit 0
    fi
fi
echo "Some tests will be skipped: they need what is not installed; on Debian, as root:" \
    "apt-get install $packages" >&2
[ -z "${CI:-}" ]
