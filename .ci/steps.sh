# shellcheck shell=bash
# What ./up and ./check share: steps with progress, missing packages, the build. Sourced, never run.
# On a terminal a step is one line that moves; elsewhere it is one line at its start, one a minute, one at its end.
# SPDX-License-Identifier: Apache-2.0

PROJECT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PYTHON=/usr/bin/python3
LOGS=${LOGS:-}
STEP_PID=

if [[ -t 1 && ${TERM:-dumb} != dumb && -z ${NO_COLOR:-} ]]; then
  PRETTY=1 BOLD=$'\e[1m' DIM=$'\e[2m' GREEN=$'\e[32m' RED=$'\e[31m' CYAN=$'\e[36m' PLAIN=$'\e[0m' ERASE=$'\r\e[K'
else
  PRETTY= BOLD='' DIM='' GREEN='' RED='' CYAN='' PLAIN='' ERASE=''
fi

die() { printf '%s%s%s\n' "$RED" "$*" "$PLAIN" >&2; exit 1; }

spell_seconds() { local s=$1; if ((s < 60)); then echo "$s s"; else echo "$((s / 60)) min $((s % 60)) s"; fi; }

# How far a log has come: "37% text" from apt's status lines, ninja's [a/b], meson's a/b or pytest's [ 12%].
progress_of() {
  tail -c 4000 "$1" 2>/dev/null | tr '\r' '\n' | awk '
    match($0, /^(dl|pm)status:[^:]*:[0-9.]+:/)  { split($0, f, ":"); p = int(f[3]) "%"; t = f[4]; next }
    match($0, /^\[[0-9]+\/[0-9]+\]/)            { split(substr($0, 2, RLENGTH - 2), f, "/"); p = int(100 * f[1] / f[2]) "%"; t = f[1] " of " f[2]; next }
    match($0, /^ *[0-9]+\/[0-9]+ /)             { split(substr($0, 1, RLENGTH), f, "/"); p = int(100 * f[1] / f[2]) "%"; t = $2; if (t == "holdfast:") t = $3; next }
    match($0, /\[ *[0-9]+%\]$/)                 { p = substr($0, RSTART + 1, RLENGTH - 2); gsub(/ /, "", p); t = $1; sub(/^.*\//, "", t); next }
    END { print p, substr(t, 1, 48) }'
}

stop_step() {
  [[ -n $STEP_PID ]] || return 0
  kill -INT -- "-$STEP_PID" 2>/dev/null
  wait "$STEP_PID" 2>/dev/null
  STEP_PID=
}

# step TITLE COMMAND...: runs it with its output in a log, shows how far it is, and returns its status.
# The log of a failed step is shown by its end, unless STEP_QUIET is set (the caller then tells what failed).
step() {
  local title=$1 started=$SECONDS spin=0 said=$SECONDS log status state
  local -a frames=('⠋' '⠙' '⠹' '⠸' '⠼' '⠴' '⠦' '⠧' '⠇' '⠏')
  shift
  log=$LOGS/$(tr -c 'a-zA-Z0-9\n' '-' <<<"$title").log
  STEP_LOG=$log
  [[ $PRETTY ]] || printf '%s ...\n' "$title"
  set -m  # its own process group: an interrupt ends what the step started
  "$@" >"$log" 2>&1 </dev/null &
  STEP_PID=$!
  set +m
  while kill -0 "$STEP_PID" 2>/dev/null; do
    if [[ $PRETTY ]]; then
      ((spin % 5)) || state=$(progress_of "$log")
      printf '%s%s%s%s %s %s%s  %s%s' "$ERASE" "$CYAN" "${frames[spin++ % 10]}" "$PLAIN" "$title" "$DIM" "$(spell_seconds $((SECONDS - started)))" "$state" "$PLAIN"
    elif ((SECONDS - said >= 60)); then
      said=$SECONDS
      printf '  %s: %s %s\n' "$title" "$(spell_seconds $((SECONDS - started)))" "$(progress_of "$log")"
    fi
    sleep 0.1
  done
  wait "$STEP_PID"
  status=$?
  STEP_PID=
  if ((status == 0)); then
    printf '%s%s✓%s %s %s%s%s\n' "$ERASE" "$GREEN" "$PLAIN" "$title" "$DIM" "$(spell_seconds $((SECONDS - started)))" "$PLAIN"
  else
    printf '%s%s✗%s %s %s%s%s\n' "$ERASE" "$RED" "$PLAIN" "$title" "$DIM" "$(spell_seconds $((SECONDS - started)))" "$PLAIN"
    [[ ${STEP_QUIET:-} ]] || { tail -n 40 "$log" | sed 's/^/    /' >&2; printf '  the whole log: %s\n' "$log" >&2; }
  fi
  return "$status"
}

need_root() {
  ((EUID == 0)) && return
  command -v sudo >/dev/null || die "$0 needs root (network namespaces, raw sockets): run it as root."
  exec sudo -- "$PROJECT/$(basename "$0")" "$@"
}

# missing_packages GROUP...: the packages of these groups that are not installed.
missing_packages() {
  local group package
  while read -r group package; do
    [[ $group != '#'* && " $* " == *" $group "* ]] || continue
    [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) == ii* ]] || echo "$package"
  done <"$PROJECT/.ci/packages"
}

# The status lines have a descriptor of their own: apt closes it for what it starts, and scripts of packages write to theirs.
apt_quiet() {
  DEBIAN_FRONTEND=noninteractive apt-get -y -q -o APT::Status-Fd=9 -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" 9>&1
}

install_packages() {
  local -a wanted
  mapfile -t wanted < <(missing_packages "$@")
  ((${#wanted[@]})) || return 0
  command -v apt-get >/dev/null || die "missing: ${wanted[*]}. This script installs packages on Debian and Ubuntu only; install what corresponds to them."
  ((EUID == 0)) || die "missing packages: ${wanted[*]}. Run this once as root."
  step 'Reading the package lists' apt_quiet update || return 1
  step "Installing ${#wanted[@]} packages" apt_quiet install --no-install-recommends "${wanted[@]}" || return 1
}

# build FOLDER MESON_OPTION...: configures once, compiles what changed.
build() {
  local folder=$1
  shift
  if [[ -f $folder/build.ninja ]]; then
    step 'Configuring' meson configure "$folder" "$@" || return 1
  else
    step 'Configuring' meson setup "$folder" "$PROJECT" "$@" || return 1
  fi
  step 'Compiling' ninja -C "$folder" || return 1
}
