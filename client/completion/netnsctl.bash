# bash completion for netnsctl (and netns-broker, its other name): verbs, and the names the user may see.
_netnsctl() {
    local cur prev words cword i verb='' choice=''
    _init_completion || return
    for ((i = 1; i < cword; i++)); do
        [[ ${words[i]} == -* ]] || { verb=${words[i]}; break; }
    done
    case $verb:$cur in
    :-*) choice='--help --version' ;;
    :*) choice='list status graph start stop check doctor show up down save-firewall take resolve watch serve' ;;
    list:-*) choice='--json --names --no-legend --no-ask-password' ;;
    graph:-*) choice='--svg --dot --json' ;;
    status:-* | doctor:-*) choice='--json --no-ask-password' ;;
    start:-* | stop:-*) choice='--no-ask-password' ;;
    up:-*) choice='--all --type=' ;;
    down:-*) choice='--all --no-block --gone' ;;
    serve:-*) choice='--listen --idle-timeout' ;;
    check:-* | show:-*) choice='--root=' ;;
    check:*) _filedir netns; choice=$(netnsctl list --names 2>/dev/null)
        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "$choice" -- "$cur"); return ;;
    status:* | graph:* | doctor:* | start:* | stop:* | show:* | up:* | down:* | save-firewall:* | resolve:* | take:*) choice=$(netnsctl list --names 2>/dev/null) ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$choice" -- "$cur")
    [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
} && complete -F _netnsctl netnsctl netns-broker
