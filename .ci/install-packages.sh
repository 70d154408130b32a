#!/usr/bin/env bash
# Installs the Debian packages named as arguments where they are missing, and says so first.
set -euo pipefail

if ! command -v swift >/dev/null 2>&1; then
  echo "error: Swift is missing. Get Swift 6.3 for Debian 12 from https://www.swift.org/install/linux/" >&2
  echo "       (swiftly installs it in your home folder), open a new shell, and run this again." >&2
  exit 1
fi
version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -1)
if [[ $(printf '%s\n6.3\n' "$version" | sort -V | head -1) != 6.3 ]]; then
  echo "error: Swift 6.3 or later is needed, this is $version. See https://www.swift.org/install/linux/" >&2
  exit 1
fi

missing=()
for package in "$@"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "error: please install the equivalents of: ${missing[*]} (this script knows apt only)" >&2
  exit 1
fi
sudo=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null 2>&1 || {
    echo "error: as root, run: apt-get install ${missing[*]}" >&2
    exit 1
  }
  sudo=(sudo)
fi
echo "Installing with apt: ${missing[*]}"
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
