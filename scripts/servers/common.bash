# What the scripts of this folder share; sourced by them. Each defines:
#   processes        names of its processes, in the order of their start
#   port_count       how many ports from the first on it takes
#   configure        writes settings and first data; may run more than once
#   launch           starts every process with launch_process
#   is_ready         whether it serves requests
#   environment      prints the lines of FOLDER/environment
#   tidy             removes what its processes leave outside FOLDER
#   stop_seconds     how long they may take to shut down
#   stop_signal      the signal that shuts them down, if it is not TERM
# and calls serve "$@". FOLDER holds data/, NAME.log, NAME.pid, ports and environment.

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && cd ../.. && pwd)
program=$(basename "$0")
# Many times what each takes on an idle machine: tests start servers while others use all processors.
ready_limit=180

fail() {
    echo "$program: $*" >&2
    exit 1
}

usage() {
    sed -n '2,/^set /{/^#/{s/^# \{0,1\}//;p;};}' "$0" >&2
    exit 64
}

# is_alive NAME: whether the recorded process runs and is ours; ids of ended processes are used again.
is_alive() {
    local pid
    pid=$(cat "$folder/$1.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$folder"
}

# launch_process NAME COMMAND...: detached, so that it outlives the caller and holds none of its files open.
# The command's arguments must name the folder: is_alive recognises our processes by that.
launch_process() {
    local name=$1
    shift
    (
        cd "$folder"
        for descriptor in /proc/self/fd/*; do
            descriptor=${descriptor##*/}
            [ "$descriptor" -le 2 ] || eval "exec $descriptor>&-"
        done
        exec setsid "$@" </dev/null >>"$folder/$name.log" 2>&1
    ) &
    echo $! >"$folder/$name.pid"
    disown
}

# end_process NAME SIGNAL SECONDS: kill -9 if the signal does not end it in time. Its children end with it: each of
# our processes leads a group.
end_process() {
    local name=$1 signal=$2 tenths=$(($3 * 10)) pid
    if is_alive "$name"; then
        pid=$(cat "$folder/$name.pid")
        kill "-$signal" -- "-$pid" 2>/dev/null || true
        while grep -qs '^State:.[^ZX]' "/proc/$pid/status"; do
            if [ "$tenths" -le 0 ]; then kill -KILL -- "-$pid" 2>/dev/null || true; fi
            tenths=$((tenths - 1))
            sleep 0.1
        done
        kill -KILL -- "-$pid" 2>/dev/null || true
    fi
    rm -f "$folder/$name.pid"
}

# The last one started is stopped first, after the watcher, which would otherwise stop what starts next.
end_all() {
    local index
    [ "${watching:-0}" = 1 ] || end_process watcher KILL 0
    for ((index = ${#processes[@]} - 1; index >= 0; index--)); do
        end_process "${processes[index]}" "$1" "$2"
    done
    tidy
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

are_free() {
    local port
    for ((port = $1; port < $1 + port_count; port++)); do is_free "$port" || return 1; done
}

# Below the range that the system gives to clients (32768 and up), so that no client takes them meanwhile.
choose_ports() {
    local attempt
    for ((attempt = 0; attempt < 100; attempt++)); do
        port_base=$((10000 + (RANDOM % 1100) * 20))
        if are_free "$port_base"; then return; fi
    done
    fail "no $port_count free ports in a row found"
}

# A process that was just killed may hold its ports for a moment longer.
await_ports() {
    local attempt
    for ((attempt = 0; attempt < 50; attempt++)); do
        if are_free "$port_base"; then return; fi
        sleep 0.1
    done
    fail "one of the ports $port_base to $((port_base + port_count - 1)) is taken"
}

tail_of_logs() {
    local name
    for name in "${processes[@]}"; do
        echo "--- the end of $folder/$name.log" >&2
        tail -n 25 "$folder/$name.log" >&2 2>/dev/null || true
    done
}

# 0: ready; 1: a process ended; 2: not ready in time.
bring_up() {
    local name deadline=$((SECONDS + ready_limit))
    configure
    if [ -n "$owner" ]; then launch_process watcher "$root/scripts/servers/$program" watch "$folder" --while "$owner"; fi
    launch
    sleep 0.2
    until is_ready; do
        for name in "${processes[@]}"; do is_alive "$name" || return 1; done
        [ "$SECONDS" -lt "$deadline" ] || return 2
        sleep 0.1
    done
}

start() {
    local attempt outcome own_choice=0
    mkdir -p "$folder/data"
    end_all KILL 0
    # A restart keeps the address.
    if [ -z "$port_base" ] && [ -f "$folder/ports" ]; then port_base=$(cat "$folder/ports"); fi
    if [ -z "$port_base" ]; then own_choice=1; fi
    for attempt in 1 2 3; do
        if [ "$own_choice" = 1 ]; then
            choose_ports
        else
            await_ports
        fi
        outcome=0
        bring_up || outcome=$?
        if [ "$outcome" = 0 ]; then break; fi
        end_all KILL 0
        # Another program may have taken a port since it was found free: then choose others.
        if [ "$own_choice" = 1 ] && [ "$outcome" = 1 ] && [ "$attempt" -lt 3 ]; then continue; fi
        tail_of_logs
        if [ "$outcome" = 1 ]; then fail "did not start: a process ended"; fi
        fail "did not start: not ready after $ready_limit s"
    done
    echo "$port_base" >"$folder/ports"
    environment >"$folder/environment.new"
    mv "$folder/environment.new" "$folder/environment"
    cat "$folder/environment"
}

watch() {
    watching=1
    while kill -0 "$owner" 2>/dev/null; do sleep 0.5; done
    end_all KILL 0
}

status() {
    local name ended=0
    for name in "${processes[@]}"; do
        if is_alive "$name"; then
            echo "$name: running, process $(cat "$folder/$name.pid")"
        else
            echo "$name: not running"
            ended=1
        fi
    done
    return "$ended"
}

serve() {
    [ $# -ge 2 ] || usage
    local command=$1
    folder=$2 port_base="" owner=""
    shift 2
    while [ $# -gt 0 ]; do
        [ $# -ge 2 ] || usage
        [[ $2 =~ ^[0-9]+$ ]] || fail "$1 takes a number, not '$2'"
        case "$1" in
            --port-base) port_base=$2 ;;
            --while) owner=$2 ;;
            *) usage ;;
        esac
        shift 2
    done
    case "$command" in
        start | restart) mkdir -p "$folder" ;;
        *) [ -d "$folder" ] || fail "no folder $folder" ;;
    esac
    folder=$(cd "$folder" && pwd)
    case "$command" in
        start) start ;;
        stop) end_all "${stop_signal:-TERM}" "$stop_seconds" ;;
        kill) end_all KILL 0 ;;
        restart)
            end_all "${stop_signal:-TERM}" "$stop_seconds"
            start
            ;;
        status) status ;;
        watch) watch ;;
        *) usage ;;
    esac
}
