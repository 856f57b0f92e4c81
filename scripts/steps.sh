# shellcheck shell=bash
# Sourced by the scripts beside it: strict mode, the checkout as the current folder, and steps that say what they are
# and how long they took. Written for bash 3.2 too, which is what macOS has.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

running_step=""
step_began=0

say() { printf '==> %s\n' "$*"; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# step "what it does" command [argument…]
step() {
    local what=$1 began=$SECONDS
    running_step=$what
    step_began=$began
    say "$what"
    shift
    "$@"
    printf '    %s: done in %d s\n' "$what" "$((SECONDS - began))"
    running_step=""
}

failed_steps=""
attempt_status=0

# As `step`, but goes on after a failure, which `report_attempts` then tells: one run shows all that
# is wrong. `attempt_status` is 0 if it passed.
attempt() {
    local status=0
    # Not `( … ) || …`: in a condition, bash ignores `set -e` all the way down.
    set +e
    (trap report_failed_step EXIT; set -e; step "$@")
    status=$?
    set -e
    if [ "$status" -ne 0 ]; then failed_steps="$failed_steps"$'\n'"    $1"; fi
    attempt_status=$status
}

report_attempts() {
    if [ -n "$failed_steps" ]; then fail "these steps failed:$failed_steps"; fi
}

# An `exit` or a failed command within a step ends the script: say which step it was.
report_failed_step() {
    local status=$?
    if [ "$status" -ne 0 ] && [ -n "$running_step" ]; then
        printf 'FAILED after %d s: %s\n' "$((SECONDS - step_began))" "$running_step" >&2
    fi
}
trap report_failed_step EXIT

# Prints the comment at the head of a script, which is its help.
print_help() {
    awk 'NR == 1 { next } !/^#/ { exit } { sub(/^# ?/, ""); print }' "$1"
}
