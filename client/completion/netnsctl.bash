# bash completion for netnsctl (and netns-broker, its other name): verbs, and the names the user may see.
_netnsctl() {
    local cur prev words cword i verb='' choice='' at=0 scope=--system
    _init_completion || return
    for ((i = 1; i < cword; i++)); do
        [[ ${words[i]} == -* ]] || { verb=${words[i]}; break; }
    done
    for ((i++; i < cword; i++)); do
        [[ ${words[i]} == --user ]] && scope=--user
        [[ ${words[i]} == -* ]] || ((++at))
    done
    case $verb:$cur in
    :-*) choice='--help --version' ;;
    :*) choice='list status graph start stop restart check doctor show up down save-firewall attach detach take resolve watch serve' ;;
    list:-*) choice='--json --names --no-legend --no-ask-password' ;;
    graph:-*) choice='--svg --dot --json' ;;
    status:-* | doctor:-*) choice='--json --no-ask-password' ;;
    start:-* | stop:-* | restart:-*) choice='--no-ask-password' ;;
    up:-*) choice='--all --type=' ;;
    down:-*) choice='--all --no-block --gone' ;;
    attach:-* | detach:-*) choice='--user --now' ;;
    attach:* | detach:*)
        if [[ $verb == attach ]] && ((at == 0)); then
            choice=$(netnsctl list --names 2>/dev/null)
        else
            choice=$(systemctl $scope list-unit-files --no-legend --type=service,socket 2>/dev/null | cut -d' ' -f1)
        fi ;;
    serve:-*) choice='--listen --idle-timeout' ;;
    check:-* | show:-*) choice='--root=' ;;
    check:*) _filedir netns; choice=$(netnsctl list --names 2>/dev/null)
        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "$choice" -- "$cur"); return ;;
    status:* | graph:* | doctor:* | start:* | stop:* | restart:* | show:* | up:* | down:* | save-firewall:* | resolve:* | take:*) choice=$(netnsctl list --names 2>/dev/null) ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$choice" -- "$cur")
    [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
} && complete -F _netnsctl netnsctl netns-broker
