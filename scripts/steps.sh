# Shared by the scripts beside it: a heading per step, and packages that a step cannot do without.

# step TITLE COMMAND…: prints the heading with the seconds since the start, then runs the command.
step() {
    printf '\n== %4ds  %s\n' "$SECONDS" "$1"
    "${@:2}"
}

# has_postgres: whether the programs of a PostgreSQL server are there; Debian keeps them out of the path.
has_postgres() {
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

# need COMMAND PACKAGE: installs the Debian package when the command is missing, or the function of that name says no.
need() {
    case $(type -t "$1") in
        function) "$1" && return ;;
        ?*) return ;;
    esac
    echo "$1 is missing: installing the package $2"
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" apt-get install -y -q --no-install-recommends "$2"
}
