#!/bin/sh
# Copies what a backup runs, with the libraries that it needs, to where another image of the same distribution finds both.
#   postgresClient.sh <folder of the programs> <folder to copy to>
set -eu
programs=${1:?name the folder of the programs} target=${2:?name the folder to copy to}
mkdir -p "$target/usr/local/bin" "$target/usr/local/lib"
for name in pg_dump pg_restore psql; do
  cp -L "$programs/$name" "$target/usr/local/bin/$name"
  ldd "$programs/$name" | while read -r library arrow path _; do
    # The C library is the other image's own.
    case $library in
      libc.so.* | libm.so.* | libdl.so.* | librt.so.* | libpthread.so.* | libresolv.so.*) continue ;;
    esac
    if [ "$arrow" = "=>" ]; then cp -L "$path" "$target/usr/local/lib/$library"; fi
  done
done
