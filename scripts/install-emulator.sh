#!/usr/bin/env bash
# Installs what npm run test:runtimes runs programs for arm64 with: QEMU, and the libraries that they load.
# For Debian 12 and later, as root; does nothing where all is there.
set -euo pipefail

packages=(qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross)

if dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null |
  grep -c ' installed$' | grep -qx "${#packages[@]}"; then
  echo "emulator: all installed (${packages[*]})"
  exit
fi

export DEBIAN_FRONTEND=noninteractive
# apt-get waits for whoever is installing at the moment
apt-get --option DPkg::Lock::Timeout=600 update
apt-get --option DPkg::Lock::Timeout=600 install --yes --no-install-recommends "${packages[@]}"
