#!/bin/sh
# Removes from a deployed folder what only compilers and debuggers read: more than half of it.
#   prune.sh <folder>
set -eu
modules=${1:?name the folder}/node_modules
find "$modules" -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
# The sources in TypeScript, beside what was compiled from them.
find "$modules/.pnpm" -path '*/node_modules/effect/src' -prune -exec rm -rf {} +
find "$modules/.pnpm" -path '*/node_modules/@effect/*/src' -prune -exec rm -rf {} +
