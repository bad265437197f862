# bash completion for chnetns: the names the user may enter, then a command line like any other.
_chnetns() {
    local cur prev words cword i
    _init_completion || return
    for ((i = 1; i < cword; i++)); do
        [[ ${words[i]} == -* ]] || break
    done
    if ((i < cword)); then
        ((i++))
        [[ ${words[i]} == -- ]] && ((i < cword)) && ((i++))
        _command_offset "$i"
    elif [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--no-ask-password --quiet --help --version' -- "$cur")
    else
        mapfile -t COMPREPLY < <(compgen -W "$(netnsctl list --names 2>/dev/null)" -- "$cur")
    fi
} && complete -F _chnetns chnetns
