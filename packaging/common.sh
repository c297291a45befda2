# SPDX-License-Identifier: MIT
# What setup, run and test share. Sourced by bash, never run.
# shellcheck shell=bash

# shellcheck disable=SC2034 # used by those that source this
packagingDir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034
sourceDir=$(dirname "$packagingDir")
# The environment names HOME almost always; a bare CI machine may not.
: "${HOME:=$(getent passwd "$(id -u)" | cut -d: -f6)}"
export HOME
# Where libraries go that Debian does not package; cmake/SyntaxHighlighting.cmake looks in the same place.
export PHIDELITY_PREFIX="${PHIDELITY_PREFIX:-${XDG_CACHE_HOME:-$HOME/.cache}/phidelity/prefix}"

# say TEXT...: one line of progress.
say() { printf 'phidelity: %s\n' "$*"; }

# fail SENTENCE: the one sentence that ends everything.
fail() {
    printf 'phidelity: %s\n' "$*" >&2
    exit 1
}

# What Ctrl-C stops ends with 0 at times (apt-get) or with a failure to explain: it is neither.
trap 'exit 130' INT

# fullFolders: " (FOLDER...)", the usual places with less than 20 MB free; nothing if there is none.
fullFolders() {
    df -Pm "${TMPDIR:-/tmp}" /usr /var "$HOME" "$sourceDir" 2>/dev/null |
        awk 'NR > 1 && $4 < 20 && !seen[$6]++ { text = text (text ? ", " : "") $6 }
            END { if (text) print " (" text ")" }'
}

# explainFailure LOG WHAT: one sentence about why a command failed, from what it wrote into LOG.
explainFailure() {
    local log=$1 what=$2
    if grep -qiE 'no space left on device|enough free space' "$log"; then
        echo "$what failed because the disk is full$(fullFolders); free some space and start again."
    elif grep -qiE 'could not resolve|temporary failure resolving|could not connect|unable to connect|network is unreachable|connection (failed|timed out)|no route to host' "$log"; then
        echo "$what failed because the Debian mirror cannot be reached; check the network and start again."
    elif grep -qiE 'could not get lock|unable to acquire the dpkg' "$log"; then
        echo "$what failed because another program is installing packages; wait for it and start again."
    elif grep -qiE 'dpkg was interrupted' "$log"; then
        echo "$what failed because an earlier installation was interrupted; run 'dpkg --configure -a' as root and start again."
    elif grep -qiE 'NO_PUBKEY|is not signed|expired key|EXPKEYSIG' "$log"; then
        echo "$what failed because the signature of the Debian mirror cannot be checked; update the package debian-archive-keyring and start again."
    elif grep -qiE 'not valid yet|certificate (is|has|verif)' "$log"; then
        echo "$what failed because the mirror's certificate or date is not accepted; check this machine's clock and certificates and start again."
    elif grep -qiE 'unable to (locate|find a source) package|has no installation candidate' "$log"; then
        echo "$what failed because the configured package sources lack something ($(grep -ioE "(unable to (locate|find a source) package|package '?[^ ]*'? has no installation candidate).*" "$log" | head -1)); add Debian's main archive to them and start again."
    elif grep -qiE 'out of memory|Killed signal|virtual memory exhausted' "$log"; then
        echo "$what failed because the machine ran out of memory; close other programs or add swap and start again."
    elif grep -q '^CMake Error' "$log"; then
        # The first paragraph after the heading says what is wrong; CMake's last line never does.
        echo "$what failed: $(awk '/^CMake Error/ { found = 1; next } found && NF { $1 = $1; text = text " " $0 }
            found && text != "" && !NF { exit } END { print substr(text, 2) }' "$log")"
    else
        echo "$what failed; the last line of its log was: $(grep -v '^[[:space:]]*$' "$log" | tail -1)"
    fi
}

# logged LOG WHAT COMMAND...: runs COMMAND with its output in LOG; ends with one sentence if it fails.
logged() {
    local log=$1 what=$2
    shift 2
    if ! "$@" >"$log" 2>&1 </dev/null; then
        fail "$(explainFailure "$log" "$what") (Full log: $log)"
    fi
}

# Messages of Qt and Python need UTF-8, which the POSIX locale of a bare machine does not promise.
case "${LC_ALL:-${LC_CTYPE:-${LANG:-}}}" in
    *.[Uu][Tt][Ff]-8 | *.[Uu][Tt][Ff]8) ;;
    *) export LC_ALL=C.UTF-8 ;;
esac

# configure PRESET [CMAKE ARGUMENT...]: about a second when nothing changed; quiet when all is well.
configure() {
    local preset=$1 log=$sourceDir/build/$1-configure.log
    shift
    { mkdir -p "$sourceDir/build" && : >"$log"; } 2>/dev/null ||
        fail "The folder $sourceDir/build cannot be written; give yourself the right to, or free some space."
    if command -v ccache >/dev/null; then
        set -- -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "$@"
    fi
    (cd "$sourceDir" && logged "$log" "Configuring the build" cmake --preset "$preset" "$@")
}

# build PRESET [TARGET...]: shows the build's own progress; as many compilers as cores and memory allow.
build() {
    local preset=$1 jobs byMemory free
    shift
    free=$(df -Pm "$sourceDir/build" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge 500 ] ||
        fail "Building needs 500 MB on the disk of $sourceDir and $free MB are free; free some space and start again."
    [ -d "${TMPDIR:-/tmp}" ] || fail "The folder ${TMPDIR:-/tmp} that TMPDIR names is not there; make it and start again."
    free=$(df -Pm "${TMPDIR:-/tmp}" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge 50 ] ||
        fail "The compiler needs 50 MB in ${TMPDIR:-/tmp} and $free MB are free; free some space there and start again."
    jobs=$(nproc)
    byMemory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo)
    [ "$byMemory" -ge "$jobs" ] || jobs=$((byMemory > 0 ? byMemory : 1))
    [ $# -eq 0 ] || set -- --target "$@"
    (cd "$sourceDir" && cmake --build --preset "$preset" --parallel "$jobs" "$@" </dev/null) ||
        fail "Building failed; the compiler's own words are above."
}
