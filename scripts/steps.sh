# Shared by the scripts beside it: a heading per step, and packages that a step cannot do without.

# step TITLE COMMAND…: prints the heading with the seconds since the start, then runs the command.
step() {
    printf '\n== %4ds  %s\n' "$SECONDS" "$1"
    "${@:2}"
}

# need COMMAND PACKAGE: installs the Debian package when the command is missing.
need() {
    command -v "$1" >/dev/null && return
    echo "$1 is missing: installing the package $2"
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" apt-get install -y -q --no-install-recommends "$2"
}
