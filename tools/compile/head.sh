#!/bin/sh
# Tapeline @VERSION@ for @TRIPLE@: this script, then a compressed archive of the runtime and the
# program. Its first start unpacks the archive into a directory of the user's own, named after the
# archive's SHA-256; from then on it starts what is there. docs/reference/executable.md tells more.
#
# It is functions only, called by the last line before the archive: a file cut short in here does
# nothing. It speaks to stderr, and ends with 69 (EX_UNAVAILABLE) where another try would not help.

payload_sha256=@SHA256@
payload_at=@PAYLOAD_AT@ # first byte of the archive, counted from 1
payload_bytes=@PAYLOAD_BYTES@
needs_mb=@NEEDS_MB@

refuse() {
  printf 'tapeline: %s\n' "$1" >&2
  exit 69
}

tapeline() {
  if ! each_place is_unpacked; then
    check_machine
    check_file
    each_place unpack || refuse "Cannot unpack the program: one directory must be this user's, \
be writable, allow programs to be started and have room for $needs_mb MB; name one in \
TAPELINE_CACHE: was ${tried#, }"
  fi
  run_program "$@"
}

# Calls "$1 DIRECTORY" for each place that may keep what is unpacked, until one will do; where one
# is named it is the only one. A place below a directory of somebody else is passed over: that one
# could exchange it under our feet.
each_place() {
  tried=
  if [ -n "${TAPELINE_CACHE:-}" ]; then
    consider "$1" "$TAPELINE_CACHE"
    return
  fi
  # A unit with a dynamic user has a link there, which only root can exchange.
  service=${CACHE_DIRECTORY%%:*}
  [ -n "$service" ] &&
    consider "$1" "$(cd -P "$service" 2>/dev/null && pwd || echo "$service")" && return
  [ -O "${XDG_CACHE_HOME:-}" ] && consider "$1" "$XDG_CACHE_HOME/tapeline" && return
  [ -O "${HOME:-}" ] && consider "$1" "$HOME/.cache/tapeline" && return
  consider "$1" "/var/tmp/tapeline-$(id -u)"
}

consider() {
  here=$2/$payload_sha256
  case $2 in
  '') return 1 ;;
  *,*) why='its name must not hold a comma' ;; # one ends a path in the runtime's options
  /*) why= && "$1" "$2" && return 0 ;;
  *) why='it must be an absolute path' ;;
  esac
  tried="$tried, $2 ($why)"
  return 1
}

# Nobody but this user can have made a directory that is this user's.
is_own() {
  [ -d "$1" ] && [ -O "$1" ] && [ ! -L "$1" ]
}

# A power cut leaves files without content, and a program without content would end as if all were well.
is_unpacked() {
  is_own "$1" && is_own "$here" && [ -x "$here/tapeline" ] && [ -s "$here/tapeline" ] || return 1
  for file in @FILES@; do
    [ -s "$here/$file" ] || return 1
  done
}

check_machine() {
  machine="$(uname -s) $(uname -m)"
  case $machine in
  @MACHINES@) ;;
  *) refuse "Cannot start: this file is for @TRIPLE@: was started on $machine" ;;
  esac
  for tool in tail tar gzip mktemp wc; do
    command -v "$tool" >/dev/null 2>&1 || refuse "Cannot unpack: $tool must be installed: was not"
  done
}

check_file() {
  bytes=$(($(wc -c <"$0") - payload_at + 1))
  [ "$bytes" -eq "$payload_bytes" ] ||
    refuse "Cannot unpack $0: its archive must have $payload_bytes bytes: was $bytes; copy the \
file again and compare it with SHA256SUMS"
  sum=$(payload | sum_of)
  [ "${sum%% *}" = "$payload_sha256" ] ||
    refuse "Cannot unpack $0: its archive must have the SHA-256 $payload_sha256: was ${sum%% *}; \
copy the file again and compare it with SHA256SUMS"
}

payload() {
  tail -c "+$payload_at" "$0"
}

sum_of() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum
  else
    shasum -a 256 # where sha256sum is not, as on macOS
  fi
}

# Unpacks beside the place it goes to and renames: whoever looks sees all of it or nothing.
unpack() {
  why='it cannot be made'
  (umask 077 && mkdir -p "$1") 2>/dev/null || return 1
  why="it is not this user's, or a link"
  is_own "$1" || return 1
  why='it cannot be written'
  new=$(mktemp -d "$1/.new.XXXXXXXX" 2>/dev/null) || return 1
  trap 'rm -rf "$new"; exit 143' HUP INT TERM
  fill && move_in && is_unpacked "$1" && sweep "$1"
  set -- $? "$1"
  rm -rf "$new"
  rmdir "$2" 2>/dev/null # if it is empty: nothing is left where nothing came of it
  trap - HUP INT TERM
  return "$1"
}

# Of several that start at once the first wins; what a cleaner took some files of is mended, but for
# a cache that is there. What came of it is looked at behind this.
move_in() {
  if [ ! -d "$here" ]; then
    mv "$new" "$here" 2>/dev/null
    rm -rf "${here:?}/${new##*/}" # where mv put it if another came first
  elif ! is_unpacked "${here%/*}"; then
    mv -f "$new"/* "$here" 2>/dev/null || :
  fi
}

fill() {
  why='it does not allow programs to be started: mounted noexec?'
  printf '#!/bin/sh\n' >"$new/probe" && chmod 700 "$new/probe" && "$new/probe" 2>/dev/null &&
    rm "$new/probe" || return 1
  [ -t 2 ] && printf 'tapeline: unpacking to %s, this once\n' "$here" >&2
  why="it cannot hold what is unpacked, $needs_mb MB"
  (umask 077 && payload | gzip -dc | tar -xof - -C "$new") 2>/dev/null || return 1
  why="the runtime does not start: $("$new/tapeline" --version 2>&1 >/dev/null | head -n 1)"
  "$new/tapeline" --version >/dev/null 2>&1 || return 1
  rehearse
  sync "$new"/* "$new"/cache/* "$new" 2>/dev/null || sync # else a power cut leaves empty files behind the new name
}

# Lets later starts find the code of a start compiled. They go without it where it comes to nothing.
# No environment: a service manager must not hear of this daemon, which is none.
rehearse() {
  env -i DENO_DIR="$new/cache" "$new/tapeline" run @FLAGS@ @LOOPBACK@ "$new/rehearse.js" \
    run --port 0 --state-dir "$new/state" >/dev/null 2>&1
  rm -rf "$new/state"
}

# Removes what other versions left here long ago and nobody runs, and what a killed start left.
sweep() {
  find "$1" -maxdepth 1 -name '.new.*' -mtime +0 -exec rm -rf {} + 2>/dev/null
  command -v flock >/dev/null 2>&1 || return 0
  find "$1" -maxdepth 1 -type d -name '[0-9a-f]*' -mtime +@KEPT_DAYS@ 2>/dev/null |
    while IFS= read -r old; do
      [ "$old" = "$here" ] || flock -n -x "$old" rm -rf "$old"
    done
  return 0
}

# The runtime takes this process over: its id, its signals, its exit code, its notify socket.
run_program() {
  case " $* " in
# @REACH@
  esac
  case $net${NOTIFY_SOCKET:-} in
  --allow-net=*/*) net=$net,unix:$NOTIFY_SOCKET,unix:${RUNTIME_DIRECTORY%%:*}/notify.sock ;;
  esac
  DENO_DIR=$here/cache DENO_NO_UPDATE_CHECK=1
  # glibc: the memory that the program's text was read into is used again, not given back and asked
  # for anew. It finds such bounds by itself, a start too late.
  MALLOC_MMAP_THRESHOLD_=${MALLOC_MMAP_THRESHOLD_:-4194304}
  MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-8388608}
  export DENO_DIR DENO_NO_UPDATE_CHECK MALLOC_MMAP_THRESHOLD_ MALLOC_TRIM_THRESHOLD_
  exec "$here/tapeline" run @FLAGS@ \
    --deny-write="$here" ${net:+"$net"} "$here/main.js" "$@"
}

tapeline "$@"
exit
