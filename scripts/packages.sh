# shellcheck shell=bash
# Debian packages that Outpost and its checks need. Sourced by ./outpost and ./test, never run by itself.
#
#   packages_ensure PACKAGE…   installs what is missing, or prints the exact command and returns 3
#
# A package that this installs leaves no service and no default cluster running on the machine. What was installed before is
# left exactly as it was.

# Whether a package, or a named stand-in for it, is there. A program that is found counts: it may come from elsewhere than Debian.
packages_have() {
  case $1 in
    postgresql)
      local initdb
      for initdb in /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb; do [[ -x $initdb ]] && return 0; done
      command -v initdb >/dev/null && command -v postgres >/dev/null ;;
    redis-server) [[ -x /usr/bin/redis-server || -x /usr/bin/valkey-server ]] || command -v redis-server >/dev/null || command -v valkey-server >/dev/null ;;
    libsodium23) compgen -G '/usr/lib/*/libsodium.so.23*' >/dev/null || compgen -G '/usr/lib64/libsodium.so.23*' >/dev/null || compgen -G '/usr/lib/libsodium.so.23*' >/dev/null ;;
    haproxy) command -v haproxy >/dev/null || [[ -x /usr/sbin/haproxy ]] ;;
    prometheus) command -v promtool >/dev/null ;;
    poppler-utils) command -v pdftotext >/dev/null ;;
    shellcheck | jq | curl | chromium | npm | age | rclone | rsync | pgbackrest | weasyprint) command -v "$1" >/dev/null ;;
    *) dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed' ;;
  esac
}

packages_ensure() {
  local missing=() package
  for package in "$@"; do packages_have "$package" || missing+=("$package"); done
  ((${#missing[@]})) || return 0

  if ! command -v apt-get >/dev/null; then
    printf 'outpost: missing: %s\nThis system has no apt-get. Install them with its own package manager (as root), then run this again.\n' "${missing[*]}" >&2
    return 3
  fi

  local root=()
  if ((EUID != 0)); then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      root=(sudo -n)
    else
      printf 'outpost: missing packages: %s\nInstall them, then run this again:\n\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n\n' "${missing[*]}" "${missing[*]}" >&2
      return 3
    fi
  fi

  printf 'outpost: installing %s …\n' "${missing[*]}" >&2
  local log status=0
  log=$(mktemp)
  # shellcheck disable=SC2016 # expanded by the shell that runs as root
  "${root[@]}" bash -c "$(declare -f packages_install_as_root)"'; packages_install_as_root "$@"' packages "${missing[@]}" >"$log" 2>&1 </dev/null || status=$?
  if ((status != 0)); then
    tail -n 15 "$log" >&2
    printf 'outpost: apt-get could not install %s (the lines above are its own).\nTry it by hand, then run this again:\n\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n\n' "${missing[*]}" "${missing[*]}" >&2
    rm -f "$log"
    return 3
  fi
  rm -f "$log"
}

packages_install_as_root() {
  export DEBIAN_FRONTEND=noninteractive
  local no_cluster=/etc/postgresql-common/createcluster.d/outpost-install.conf policy=/usr/sbin/policy-rc.d undo=() package fresh=()

  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || fresh+=("$package")
  done

  # Both are taken away again: they must not change what the machine's owner installs later.
  if [[ " ${fresh[*]} " == *' postgresql '* && ! -e $no_cluster ]]; then
    mkdir -p "${no_cluster%/*}"
    printf 'create_main_cluster = false\n' >"$no_cluster"
    undo+=("$no_cluster")
  fi
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    undo+=("$policy")
  fi
  # shellcheck disable=SC2064 # the list as it is now
  trap "rm -f ${undo[*]}" EXIT

  # Lists older than a day name versions that the mirror no longer has.
  if [[ -z $(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mmin -1440 -print -quit 2>/dev/null) ]]; then
    apt-get -o DPkg::Lock::Timeout=120 update -q || return
  fi
  if ! apt-get -o DPkg::Lock::Timeout=120 install -y -q --no-install-recommends "$@"; then
    apt-get -o DPkg::Lock::Timeout=120 update -q || return
    apt-get -o DPkg::Lock::Timeout=120 install -y -q --no-install-recommends "$@" || return
  fi

  if [[ -d /run/systemd/system && " ${fresh[*]} " == *' redis-server '* ]]; then
    systemctl disable --now redis-server.service >/dev/null 2>&1 || return 0
  fi
}
