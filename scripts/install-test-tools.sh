#!/usr/bin/env bash
# Installs Debian's packages that the matrices need: npm run test:browsers opens Chromium, Firefox ESR and
# WebKitGTK's MiniBrowser, on a display without a screen; npm run test:runtimes runs programs for arm64 by QEMU;
# npm run test:clients opens models in NumPy, PyTorch and onnx's checker, asks Optuna for densities, and searches beside
# scikit-learn; npm run test:queue runs studies through Redis and PostgreSQL, and in network namespaces.
# For Debian 12 and later, as root; does nothing where all is there.
set -euo pipefail

packages=(
  chromium firefox-esr webkit2gtk-driver xvfb
  strace qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross
  python3-numpy python3-onnx python3-optuna python3-sklearn python3-torch
  redis-server postgresql iproute2
)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  echo "test tools: all installed (${packages[*]})"
  exit
fi

if ((EUID != 0)); then
  echo "test tools: only root can install ${missing[*]}; run: sudo $0" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# apt-get waits for another installation to end
apt-get --option DPkg::Lock::Timeout=600 update
apt-get --option DPkg::Lock::Timeout=600 install --yes --no-install-recommends "${missing[@]}"
