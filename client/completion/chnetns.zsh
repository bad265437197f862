#compdef chnetns
# zsh completion for chnetns: the names the user may enter, then a command line like any other.

_chnetns_names() {
    local -a names
    names=(${(f)"$(_call_program namespaces netnsctl list --names 2>/dev/null)"})
    _describe -t namespaces 'network namespace' names
}

_arguments -S -A '-*' \
    '--no-ask-password[where polkit wants a password, take that for a no]' \
    '(-q --quiet)'{-q,--quiet}'[no warning that a program outside may do the work]' \
    '(- *)--help[print help]' \
    '(- *)--version[print the version]' \
    '1:network namespace:_chnetns_names' \
    '*:::command:_normal'
