#!/usr/bin/env bash
# A short soak; `make soak SECONDS=600` is the long one.
exec "$(dirname "$0")/soak.sh" "${BUILD:-build}" "${SOAK:-60}"
