#!/bin/sh
# Installs, upgrades, backs out and removes Tapeline on a host with systemd. Run as root; run again,
# it changes only what differs. docs/reference/systemd.md says what it does and why.
#
# An upgrade loses nothing: whatever can be found out is found out while the old executable still
# trades; then it is stopped in order, takes a checkpoint, and is kept. If anything fails from there
# on, everything is put back and started again, and this says so and ends with 1.
set -eu
umask 022 # the daemon's user must be able to reach the executable, and only root to change it

lib=/usr/local/lib/tapeline
link=/usr/local/bin/tapeline
units=/usr/local/lib/systemd/system
etc=/etc/tapeline
state=/var/lib/tapeline
here=$(cd "$(dirname "$0")" && pwd)
work=
stage=before # before, stopped or swapped: what a failure has to put back
running=     # units that are to run again
spare=3      # executables kept besides the one in use and the one to back out to

usage() {
  cat <<'END' || :
Usage: install.sh [options]

  --executable FILE     executable to install or upgrade to; the SHA256SUMS beside it must name it
                        (default: the one of this machine beside this script, or in ../dist)
  --instance NAME       a daemon tapeline@NAME, configured by /etc/tapeline/NAME.yaml
  --no-start            installs, and leaves what does not run as it is
  --accept-differences  upgrade although the new executable would have decided otherwise
  --reconcile-within S  seconds after which venues that were up must be up again (default: 60)
  --back-out            back to the executable before the last upgrade
  --uninstall           stop and remove the program and its units; state and configuration stay
  --purge               with --uninstall: remove state, cache and configuration as well
END
}

# Nobody has to read it: what is under way does not end because the reader went away.
say() { printf 'install.sh: %s\n' "$*" || :; }

refuse() {
  say "$*" >&2
  exit "${code:-64}"
}

# 1: nothing was changed. After the daemon was stopped: everything is put back first.
fail() {
  say "$*" >&2
  [ "$stage" = before ] && refuse_unchanged
  put_back
  exit 1
}

refuse_unchanged() {
  say "Nothing was changed: what ran before still runs." >&2
  exit 1
}

# An option that takes a value, and what follows it on the command line.
value_of() {
  [ -n "${2-}" ] || refuse "Cannot read the command line: $1 must be followed by a value: was not"
}

main() {
  trap '' PIPE # an untrapped signal ends the shell without its EXIT trap
  executable= instance= action=install_it purge= start=yes accept= patience=60
  while [ $# -gt 0 ]; do
    case $1 in
    --executable) value_of "$@" && executable=$2 && shift ;;
    --instance) value_of "$@" && instance=$2 && shift ;;
    --no-start) start= ;;
    --accept-differences) accept=yes ;;
    --reconcile-within) value_of "$@" && patience=$2 && shift ;;
    --back-out) action=back_out ;;
    --uninstall) action=uninstall_it ;;
    --purge) purge=yes ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && refuse "Cannot read the command line: it must be as above: was $1" ;;
    esac
    shift
  done
  case $instance in
  *[!A-Za-z0-9_.-]* | .* | -*) refuse "Cannot name an instance: letters, digits, _ . and -: was $instance" ;;
  esac
  case $patience in
  *[!0-9]* | ??????*) refuse "Cannot wait: --reconcile-within must be whole seconds: was $patience" ;;
  esac
  check_host
  exec 9>/run/tapeline-install.lock
  flock -n 9 || refuse "Cannot begin: one install.sh at a time: another is at work"
  work=$(mktemp -d /run/tapeline-install.XXXXXXXX)
  trap 'clean_up' EXIT
  trap 'fail "Cannot go on: it must not be interrupted: was ended by a signal"' HUP INT QUIT TERM
  "$action"
}

check_host() {
  sandbox=$here/tapeline.service
  [ -f "$sandbox" ] || sandbox=$units/tapeline.service
  [ "$(id -u)" -eq 0 ] || refuse "Cannot install: this must be run by root: was $(id -un)"
  [ -d /run/systemd/system ] || refuse "Cannot install: this host must run systemd: was without it"
  for tool in systemctl sha256sum install ln mv readlink flock cmp sync; do
    command -v "$tool" >/dev/null || refuse "Cannot install: there must be $tool: was without it"
  done
}

# Whatever ends this: what was stopped runs again.
clean_up() {
  ended=$?
  if [ "$stage" != before ]; then put_back && ended=1; fi
  rm -f /run/systemd/system/tapeline-step.service
  rm -rf "$work"
  exit "$ended"
}

# ---- install and upgrade

install_it() {
  find_executable
  check_sum
  store
  if [ "$(readlink "$link" 2>/dev/null || true)" = "$target" ]; then
    install_units "$(dirname "$target")"
    say "Installed: $(label "$target")"
  elif [ -e "$link" ] && [ -n "$(known_units)" ]; then
    change_to "$target"
    [ -n "$instance" ] || start= # what ran runs, and what did not was not meant to
  else
    from=
    if [ -L "$link" ]; then from=$(readlink -f "$link" || true); fi
    swap "$target" "$from"
    say "Installed $(label "$target") as $link"
  fi
  [ -n "$instance" ] || configure
  sweep
  if [ -n "$start" ] && is_meant; then enable_and_start; fi
}

# The daemon without a name is not for hosts that have others.
is_meant() {
  [ -n "$instance" ] || [ -z "$(known_units)" ] || known_units | grep -qx tapeline.service
}

find_executable() {
  file=tapeline-$(uname -m)-unknown-linux-gnu
  for place in "$here/$file" "$here/../dist/$file"; do
    [ -z "$executable" ] && [ -f "$place" ] && executable=$place
  done
  [ -f "$executable" ] ||
    refuse "Cannot find an executable: name one with --executable FILE: was ${executable:-no $file}"
  executable=$(readlink -f "$executable")
}

# The sum says that the file arrived whole, and is the one that was published together with it.
check_sum() {
  sums=$(dirname "$executable")/SHA256SUMS
  file=$(basename "$executable")
  [ -f "$sums" ] || fail "Cannot check $file: SHA256SUMS must be beside it: was not in $(dirname "$executable")"
  expected=$(awk -v file="$file" '$2 == file || $2 == "*" file { print $1; exit }' "$sums")
  sum=$(sha256sum <"$executable")
  sum=${sum%% *}
  [ "$sum" = "$expected" ] ||
    fail "Cannot install $file: its SHA-256 must be ${expected:-in SHA256SUMS}: was $sum"
}

# The new executable and its units, beside those that are there.
store() {
  for unit in tapeline.service tapeline@.service; do
    [ -f "$here/$unit" ] || fail "Cannot install: $unit must be beside this script: was not in $here"
  done
  keep "$executable" "$here/tapeline.service" "$here/tapeline@.service"
  target=$place/tapeline
}

# Copies the executable $1 and the units that follow to their place, under the executable's own name;
# asks it for its version on the way.
keep() {
  new=$lib/.new-$$
  mkdir -p "$lib" "$new"
  find "$lib/" -type d -exec chmod 755 {} + # an earlier installer made some as its caller's umask said
  if ! command install -m 755 "$1" "$new/tapeline"; then
    rm -rf "$new"
    fail "Cannot copy $1 to $lib: there must be room for it: was $(df -h "$lib" | tail -n 1)"
  fi
  as_daemon - "$new/tapeline" version || true
  version=$(tail -n 1 "$work/out")
  case $version in
  [0-9]*.[0-9]*.[0-9]*) ;;
  *) rm -rf "$new" && fail "Cannot keep $1: it must say its version: was $(last_words)" ;;
  esac
  place=$lib/$version-$(sha256sum <"$new/tapeline" | cut -c 1-8)
  take_place
  shift
  for unit; do command install -m 644 "$unit" "$place"; done
  sync "$place"/* "$place" "$lib" || fail "Cannot keep $place: the disk must take it: did not, see above"
}

# A file of that name may be what a power cut or a full disk left: its content tells.
take_place() {
  mkdir -p "$place"
  if ! cmp -s "$new/tapeline" "$place/tapeline"; then
    [ ! -e "$place/tapeline" ] || say "Replacing $place/tapeline, which was damaged"
    mv -f "$new/tapeline" "$place/tapeline"
  fi
  rm -rf "$new"
}

# Each executable has the units that came with it: who goes back gets them back. One that was put
# there by hand may have had one unit only.
install_units() {
  mkdir -p "$units" || return
  changed=
  for unit in tapeline.service tapeline@.service; do
    if [ ! -f "$1/$unit" ] || cmp -s "$1/$unit" "$units/$unit"; then continue; fi
    command install -m 644 "$1/$unit" "$units/$unit" && sync "$units/$unit" "$units" || return
    changed=yes
  done
  [ -n "$changed" ] || return 0
  systemctl daemon-reload || return
  say "Installed the units in $units"
}

# A first daemon without a name takes its file from here on: without one it trades on paper. One that
# is there keeps what it was given: the file may be a draft, and no upgrade has tried it.
configure() {
  [ -e "$etc/tapeline.yaml" ] && [ ! -e "$etc/tapeline.env" ] || return 0
  if known_units | grep -qx tapeline.service; then
    say "tapeline.service keeps what it was given: $etc/tapeline.env does not name $etc/tapeline.yaml"
    return
  fi
  echo "TAPELINE_OPTIONS=--config $etc/tapeline.yaml" >"$etc/tapeline.env"
  say "$etc/tapeline.env names $etc/tapeline.yaml"
}

enable_and_start() {
  unit=tapeline${instance:+@$instance}.service
  if [ -n "$instance" ] && [ ! -f "$etc/$instance.yaml" ]; then
    code=78 refuse "Cannot start $unit: there must be $etc/$instance.yaml: was not there"
  fi
  systemctl enable --quiet "$unit"
  if systemctl is-active --quiet "$unit"; then return; fi
  systemctl reset-failed "$unit" 2>/dev/null || true
  systemctl start "$unit" || refuse_start "$unit"
  say "$unit is ready: $(status "$unit")"
}

refuse_start() {
  code=1 refuse "Cannot start $1: it must come to be ready: was $(systemctl show -p Result --value "$1"), \
exit code $(systemctl show -p ExecMainStatus --value "$1"); journalctl -u $1 says why"
}

# ---- the change from one executable to another

back_out() {
  [ -x "$lib/previous/tapeline" ] || refuse "Cannot back out: there must be a previous executable: was none in $lib"
  accept=yes # what it would decide otherwise is why one goes back
  change_to "$(readlink -f "$lib/previous")/tapeline"
}

# Changes every daemon of this host to the executable $1.
change_to() {
  to=$1
  from=$(readlink -f "$link" || true)
  adopt
  all=$(known_units)
  say "From $(label "$from") to $(label "$to"), for: $(echo $all)"
  for unit in $all; do try_out "$unit"; done
  running=$(for unit in $all; do is_to_run "$unit" && echo "$unit" || true; done)
  kept=$(readlink "$lib/previous" || true)
  stage=stopped
  for unit in $all; do hand_over "$unit"; done
  stage=swapped
  swap "$to" "$from"
  for unit in $running; do start_checked "$unit"; done
  for unit in $running; do reconcile "$unit"; done
  stage=before
  say "Done. The executable before is kept: $from; --back-out returns to it"
}

# What somebody else put under the link is kept like what this script puts there, with the units in
# use: the link takes its place, and without a copy there would be nothing to go back to.
adopt() {
  case $from in
  "$lib"/*) return ;;
  esac
  [ -f "$from" ] || return 0
  if cmp -s "$from" "$to"; then
    from=$to
    return
  fi
  keep "$from" $(units_in_use)
  from=$place/tapeline
}

units_in_use() {
  for unit in tapeline.service tapeline@.service; do
    for folder in "$units" /etc/systemd/system; do
      if [ -f "$folder/$unit" ]; then echo "$folder/$unit" && break; fi
    done
  done
}

# While the old one trades: would the new one take the configuration, and decide as was decided?
# One that was given up, and left its state, needs no configuration any more.
try_out() {
  configuration=$(configuration_of "$1")
  if [ ! -e "$configuration" ] && ! is_to_run "$1"; then configuration=; fi
  if [ -n "$configuration" ] && ! as_daemon "$1" "$to" check --config "$configuration"; then
    fail "Cannot change $1: the configuration must be right for $(label "$to"): was $(last_words)"
  fi
  has_journal "$1" || return 0
  say "$1: replaying with $(label "$to") what was decided"
  if as_daemon "$1" "$to" journal replay --from oldest --state-dir "$(state_of "$1")"; then
    say "$1: $(label "$to") decides as recorded"
    return
  fi
  cat "$work/out" || :
  [ -n "$accept" ] ||
    fail "Cannot change $1: $(label "$to") must decide as recorded: was not; look at the above, then --accept-differences"
}

# Stops in order and takes a checkpoint, so that the other executable can go on from there.
hand_over() {
  status "$1" >"$work/$1.before"
  say "$1: stopping; resting orders stay at their venues, or go, as the configuration says"
  systemctl stop "$1" || fail "Cannot stop $1: it must end in order: was $(systemctl show -p Result --value "$1")"
  systemctl reset-failed "$1" 2>/dev/null || true
  has_journal "$1" || return 0
  checkpoint "$1" "$from" "$to" ||
    fail "Cannot take a checkpoint of $1: one of the two must be able to: was $(last_words)"
  as_daemon "$1" "$to" journal verify --state-dir "$(state_of "$1")" ||
    fail "Cannot change $1: $(label "$to") must find the journal whole: was $(last_words)"
  as_daemon "$1" "$to" journal replay --from newest --state-dir "$(state_of "$1")" ||
    fail "Cannot change $1: $(label "$to") must be able to go on from the checkpoint: was $(last_words)"
  say "$1: checkpoint taken and read by $(label "$to")"
}

# By $2, which wrote the journal; if it cannot any more, by $3, if that one decides alike to the byte.
checkpoint() {
  as_daemon "$1" "$2" journal checkpoint --state-dir "$(state_of "$1")" && return
  say "$1: $(label "$2") cannot take a checkpoint: $(last_words)"
  say "$1: replaying what it wrote with $(label "$3")"
  as_daemon "$1" "$3" journal checkpoint --across-versions --state-dir "$(state_of "$1")"
}

# From here on the link leads to $1, its units are installed, and $2 is the one before.
swap() {
  { [ "${2:-$1}" = "$1" ] || set_previous "$2"; } && relink "$1" && install_units "$(dirname "$1")" ||
    fail "Cannot change to $(label "$1"): $link, $lib/previous and $units must take it: did not, see above"
}

set_previous() { ln -sfn "$(dirname "$1")" "$lib/.previous" && mv -T "$lib/.previous" "$lib/previous"; }

# Atomic: there is always one executable under the link.
relink() {
  if [ "$(readlink "$link")" = "$1" ]; then return; fi
  mkdir -p "$(dirname "$link")" && ln -sfn "$1" "$link.new" && mv -T "$link.new" "$link" &&
    sync "$lib" "$(dirname "$link")" && [ "$(readlink "$link")" = "$1" ]
}

# A copy of a journal may need the version that wrote it, so some are kept; not every one for ever.
# Whatever a unit names in its ExecStart= is somebody's choice and stays.
sweep() {
  [ -x "$link" ] || return 0
  named=$(for unit in $(known_units); do systemctl show -p ExecStart --value "$unit"; done)
  rm -rf "$lib"/.new-*
  ls -1dt "$lib"/*/ | while IFS= read -r old; do
    if [ -L "${old%/}" ] || [ "$old/tapeline" -ef "$link" ] || [ "$old" -ef "$lib/previous" ]; then continue; fi
    case $named in
    *"$old"*) continue ;;
    esac
    if [ "$spare" -gt 0 ]; then
      spare=$((spare - 1))
    else
      if rm -rf "$old"; then say "Removed $(basename "$old"), which was kept long enough"; fi
    fi
  done
}

start_checked() {
  systemctl start "$1" || fail "Cannot start $1 with $(label "$to"): it must come to be ready: was \
$(systemctl show -p Result --value "$1"), exit code $(systemctl show -p ExecMainStatus --value "$1")"
  say "$1: ready with $(label "$to")"
}

# It trades where it traded: same state, every venue up that was up. Where some was not, who knows.
reconcile() {
  before=$(cat "$work/$1.before")
  waited=0
  case $before in
  *'; down '* | *'; reconciling '*) ;;
  *'; up '*)
    until [ "$(status "$1")" = "$before" ]; do
      [ "$waited" -lt "$patience" ] || fail "Cannot change $1: with $(label "$to") it must come to \
\"$before\", as before, within $patience s: was \"$(status "$1")\""
      sleep 1
      waited=$((waited + 1))
    done
    ;;
  esac
  say "$1: $(status "$1")"
}

status() { systemctl show -p StatusText --value "$1"; }

# Back to the executable from which the change began, whatever the other one has written meanwhile.
# No step that fails keeps the daemons from being started.
put_back() {
  set +e
  trap '' HUP INT QUIT TERM
  reached=$stage
  stage=before
  say "Putting back $(label "$from")"
  runs="$(label "$from"), as before"
  systemctl stop tapeline-step.service 2>/dev/null || true
  if [ "$reached" = swapped ]; then
    for unit in $all; do systemctl stop "$unit" 2>/dev/null || true; done
    for unit in $all; do
      has_journal "$unit" || continue
      checkpoint "$unit" "$to" "$from" || say "$unit: no checkpoint: $(last_words)" >&2
    done
    relink "$from" || cmp -s "$from" "$link" || cannot_put_back
    install_units "$(dirname "$from")" || say "Cannot put back the units in $units: see above" >&2
    if [ -n "$kept" ]; then ln -sfn "$kept" "$lib/previous"; else rm -f "$lib/previous"; fi
  fi
  for unit in $running; do
    systemctl reset-failed "$unit" 2>/dev/null || true
    if systemctl start "$unit"; then
      say "$unit: ready with $runs"
    else
      say "$unit DOES NOT RUN: orders may rest at its venues; journalctl -u $unit says why" >&2
    fi
  done
}

cannot_put_back() {
  say "CANNOT PUT BACK $(label "$from"): $link must lead to it: still leads to $(readlink -f "$link")" >&2
  runs="$(label "$(readlink -f "$link")"), NOT AS BEFORE"
}

# ---- units

# Every daemon of this host: what has state, runs or is to run.
known_units() {
  {
    [ -e "$state/high_water" ] && echo tapeline.service
    for mark in "$state"-*/high_water; do
      at=${mark#"$state"-}
      [ -e "$mark" ] && echo "tapeline@${at%/high_water}.service"
    done
    systemctl list-units --plain --no-legend --all 'tapeline.service' 'tapeline@*.service' |
      awk '$3 != "inactive" { print $1 }'
    for wanted in /etc/systemd/system/multi-user.target.wants/tapeline*.service; do
      [ -e "$wanted" ] && basename "$wanted"
    done
  } | grep -x -e 'tapeline\.service' -e 'tapeline@.*\.service' | sort -u
}

# Runs, is about to be started again, or failed although it is to run.
is_to_run() {
  case $(systemctl is-active "$1" || true) in
  active | activating | reloading) return 0 ;;
  failed) systemctl is-enabled --quiet "$1" ;;
  *) return 1 ;;
  esac
}

instance_of() {
  case $1 in
  tapeline@*) at=${1#tapeline@} && echo "${at%.service}" ;;
  esac
}

state_of() {
  of=$(instance_of "$1")
  echo "$state${of:+-$of}"
}

has_journal() { [ -e "$(state_of "$1")/high_water" ]; }

configuration_of() {
  of=$(instance_of "$1")
  if [ -n "$of" ]; then
    echo "$etc/$of.yaml"
  elif [ -e "$etc/tapeline.env" ]; then
    options_in "$etc/tapeline.env" | sed -n 's/.*--config[= ] *\([^ ]*\).*/\1/p'
  fi
}

# TAPELINE_OPTIONS as systemd reads it: comments say nothing, a backslash joins lines, the last
# assignment rules, quotes go.
options_in() {
  sed -n -e 's/\r$//; /^[ \t]*[#;]/d' -e ':join' -e '/\\$/ { $! { N; s/\\\n//; b join' -e '} }' \
    -e 's/^[ \t]*TAPELINE_OPTIONS[ \t]*=//p' "$1" | tail -n 1 | tr -d "\"'" | tr '\t' ' '
}

label() { basename "$(dirname "$1")"; }

last_words() { tail -n 2 "$work/out" | tr '\n' ' '; }

# Runs a command as the daemon of unit $1 is run: its user, its directories, its sandbox, also where
# drop-ins have changed it, so that what it writes is the daemon's and what it can do is no more; -:
# without state. Its output is in $work/out.
as_daemon() {
  whose=$1
  shift
  : >"$work/out"
  {
    echo "[Service]"
    echo "Type=oneshot"
    user_of "$whose"
    sed -n '/^CacheDirectory/p; /^StateDirectoryMode/p; /^UMask=/p; /^Environment=DENO/p
      /^MemoryMax=/p; /^Limit/p; /^NoNew/,/^$/p' "$sandbox"
    [ "$whose" = - ] || dropped_in "$whose"
    [ "$whose" = - ] || echo "StateDirectory=$(basename "$(state_of "$whose")")"
    echo "Nice=10"
    echo "TimeoutStartSec=infinity"
    echo "StandardOutput=append:$work/out"
    echo "StandardError=append:$work/out"
    echo "ExecStart=$*"
  } >/run/systemd/system/tapeline-step.service
  systemctl daemon-reload
  systemctl start tapeline-step.service 2>/dev/null
}

# An administrator may have given the unit another user: its files must stay that one's.
user_of() {
  case $1 in
  -) sed -n '/^DynamicUser=/p; /^User=/p' "$sandbox" ;;
  *) systemctl show -p DynamicUser -p User -p Group "$1" | grep -v '=$' ;;
  esac
}

# What drop-ins make of unit $1, without what makes it a service, its secrets, the RuntimeDirectory=
# that would go with the step, and what would keep the step from giving way to what trades. Lines are
# joined as systemd joins them, and %i is what it is in the unit.
dropped_in() {
  for file in $(systemctl show -p DropInPaths --value "$1"); do
    echo "[]" && cat "$file" && echo
  done | sed -e "s/%i/$(instance_of "$1")/g; /^[ \t]*[#;]/d" \
    -e ':join' -e '/\\$/ { $! { N; s/\\\n/ /; b join' -e '} }' |
    awk '/^\[/ { section = $1 }
      $1 ~ /^(Exec(Start|Stop|Reload|Condition)|Type|ExitType|NotifyAccess|Restart|Watchdog)/ { next }
      $1 ~ /^(Timeout|Success|Runtime|PIDFile|BusName|Sockets|RemainAfter|FileDescriptorStore)/ { next }
      $1 ~ /^((Load|Set|Import)Credential|Slice|OOMScore|CPUScheduling|CPUAffinity|IOScheduling)/ { next }
      NF && !/^\[/ && section == "[Service]"'
}

# ---- removal

uninstall_it() {
  if [ -n "$instance" ]; then
    systemctl disable --now --quiet "tapeline@$instance.service" || true
    say "tapeline@$instance is stopped and disabled; its state stays in $state-$instance"
    return
  fi
  for unit in $(known_units); do
    say "$unit: stopping; what rests at its venues stays there, or goes, as the configuration says"
    systemctl disable --now --quiet "$unit" || true
  done
  rm -f "$link" "$units/tapeline.service" "$units/tapeline@.service"
  rm -rf "$lib"
  systemctl daemon-reload
  if [ -z "$purge" ]; then
    say "Removed. State stays in $state*, configuration in $etc; --uninstall --purge removes them"
    return
  fi
  rm -rf /var/lib/private/tapeline /var/lib/private/tapeline-* /var/cache/private/tapeline "$etc"
  rm -rf "$state" "$state"-* /var/cache/tapeline
  say "Removed, with state, cache and configuration"
}

main "$@"
