#!/bin/sh
# Chromium for the browser tests, from the system's packages.
set -eu
if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
    exit 0
fi
echo "Chromium is not installed: the browser tests will be skipped (on Debian: apt-get install chromium)" >&2
