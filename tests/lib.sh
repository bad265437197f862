# lib.sh - sourced by every test script: a test is one sentence that is true when it passes.
#   it "SENTENCE" COMMAND [ARG...]     passes when COMMAND (usually a function of the script) returns 0; 77 = skipped, its last line is the reason
#   same A B                           for use in tests: two strings are equal, else both are shown
#   ONLY=REGEX in the environment runs only the tests whose sentence matches it
# A script ends with `finish`; its output is TAP-like lines that tests/run counts.
T_BAD=0
# Where it failed: the lines that called one another, as far as they are the script's. (With such a trap bash does not put the last
# command of a subshell in the subshell's place: $! of `(cd x; cmd) &` is not cmd.)
t_line() {
    local rc=$? i what=$BASH_COMMAND
    [ $rc != 77 ] || return $rc
    for ((i = 1; i < ${#FUNCNAME[@]} - 1; i++)); do
        [ "${FUNCNAME[i]}" != it ] || break
        [[ ${BASH_SOURCE[i]} = */lib.sh ]] || [ ! -e "$T_OUT" ] || echo "at ${BASH_SOURCE[i]##*/}:${BASH_LINENO[i - 1]}: ${FUNCNAME[i]}: $what" >>"$T_OUT"
        what=${FUNCNAME[i]}
    done
}
it() {
    local name=$1 out rc; shift
    [[ $name =~ ${ONLY-} ]] || return 0
    # into a file, not a pipe: a background process that a failed test left behind must not keep us waiting for the pipe's end.
    # No `|| rc=$?` here: on the left of || bash ignores set -e, inside the function too, and a failing line in the middle would pass.
    T_OUT=$(mktemp)
    set +e
    # Which line it was goes into the file by its name: what fails may be in a $(…).
    (set -eE; trap t_line ERR; "$@") >>"$T_OUT" 2>&1 </dev/null
    rc=$?
    out=$(tail -c 20000 "$T_OUT" | tr -d '\000'); rm -f "$T_OUT"
    case $rc in
    0)  echo "ok - $name" ;;
    77) echo "skip - $name: $(grep -v '^at ' <<<"$out" | tail -n 1)" ;;
    *)  echo "not ok - $name (rc=$rc)"; [ -z "$out" ] || sed 's/^/    /' <<<"$out"; T_BAD=1 ;;
    esac
}
same() { [ "$1" = "$2" ] || { printf 'is:   %s\nwant: %s\n' "$1" "$2"; return 1; }; }
contains() { case $1 in *"$2"*) ;; *) printf 'in:      %s\nmissing: %s\n' "$1" "$2"; return 1 ;; esac; }
fails() { ! "$@"; }
# wait_until N CMD...: until CMD succeeds; N times 0.05 s should do, four times that is waited, for a machine that has other things to do
wait_until() { local n=$(($1 * 4)); shift; while ! "$@" >/dev/null 2>&1; do n=$((n - 1)); [ "$n" -gt 0 ] || return 1; sleep 0.05; done; }
finish() { exit $T_BAD; }
