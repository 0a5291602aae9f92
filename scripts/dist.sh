#!/usr/bin/env bash
# Writes the sources of a release: FOLDER/regatta-VERSION.tar.gz, with the files that git
# knows as they are in the working tree. The same files give the same bytes.
#
#   scripts/dist.sh FOLDER     (also the target `dist` of a build)
set -euo pipefail
if [ $# -ne 1 ]; then
    echo "usage: scripts/dist.sh FOLDER" >&2
    exit 2
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
version=$(sed -n 's/^project(regatta VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
name=regatta-$version
if ! git rev-parse --git-dir >/dev/null 2>&1; then
    echo "dist.sh: $PWD is not a checkout of git: git lists the files of a release" >&2
    exit 1
fi
date=$(git log -1 --format=%ct)
part=$(mktemp "$folder/$name.XXXXXX")
trap 'rm -f "$part"' EXIT
# A file that was deleted and not yet committed is still listed.
git ls-files -z | while IFS= read -r -d '' file; do
    if [ -e "$file" ]; then printf '%s\0' "$file"; fi
done | tar --create --format=gnu --sort=name --owner=0 --group=0 --numeric-owner \
    --mode='u+rw,go+r-w,a+X' --mtime="@$date" --transform="flags=r;s|^|$name/|" \
    --no-recursion --null --files-from=- | gzip -n9 >"$part"
chmod 644 "$part"
mv "$part" "$folder/$name.tar.gz"
trap - EXIT
echo "$folder/$name.tar.gz"
