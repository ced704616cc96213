#!/usr/bin/env bash
# Installs what npm run test:browsers opens (Chromium, Firefox ESR, WebKitGTK's MiniBrowser) and a display without a screen.
# For Debian 12 and later, as root; does nothing where all is there.
set -euo pipefail

packages=(chromium firefox-esr webkit2gtk-driver xvfb)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  echo "browsers: all installed (${packages[*]})"
  exit
fi

if ((EUID != 0)); then
  echo "browsers: only root can install ${missing[*]}; run: sudo $0" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# apt-get waits for whoever is installing at the moment
apt-get --option DPkg::Lock::Timeout=600 update
apt-get --option DPkg::Lock::Timeout=600 install --yes --no-install-recommends "${missing[@]}"
