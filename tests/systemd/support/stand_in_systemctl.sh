#!/bin/sh
# Plays the systemctl of a host below $STAND_IN. What a unit is stands in a file; starting one runs
# what is under the link, whose exit code says whether it came to be ready.
states=$STAND_IN/units
wanted=$STAND_IN/etc/systemd/system/multi-user.target.wants
command=$1 unit= property=
shift
while [ $# -gt 0 ]; do
  case $1 in
  -p) property=$2 && shift ;;
  -*) ;;
  *) unit=${unit:-$1} ;;
  esac
  shift
done

step() {
  file=$STAND_IN/run/systemd/system/tapeline-step.service
  eval "$(sed -n 's/^ExecStart=//p' "$file")" >>"$(sed -n 's/^StandardOutput=append://p' "$file")" 2>&1
}

case $command in
start)
  if [ "$unit" = tapeline-step.service ]; then step && exit || exit; fi
  echo failed >"$states/$unit"
  "$STAND_IN/usr/local/bin/tapeline" run && echo active >"$states/$unit"
  ;;
stop | disable) echo inactive >"$states/$unit" ;;
is-active) grep -x active "$states/$unit" ;;
enable) : >"$wanted/$unit" ;;
is-enabled) [ -e "$wanted/$unit" ] ;;
list-units) cd "$states" && for unit in *; do echo "$unit loaded $(cat "$unit")"; done ;;
show)
  case $property in
  StatusText) echo "paper; trading Active; up paper" ;;
  Group) echo "User=tapeline" ;;
  DropInPaths) echo $(find "$STAND_IN/etc/systemd/system/$unit.d" -name '*.conf' 2>/dev/null | sort) ;;
  esac
  ;;
esac
