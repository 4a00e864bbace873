#!/bin/sh
# Chromium for the browser tests, from the system's packages. Where it cannot be installed, those
# tests are skipped; on a CI machine (CI is set) that is a failure.
set -eu
if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq &&
        apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; then
        exit 0
    fi
fi
echo "Chromium is not installed, so the browser tests will be skipped; on Debian, as root:" \
    "apt-get install chromium" >&2
[ -z "${CI:-}" ]
