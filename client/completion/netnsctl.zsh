#compdef netnsctl netns-broker
# zsh completion for netnsctl (and netns-broker, its other name): verbs, and the names the user may see.

_netnsctl_names() {
    local -a names
    names=(${(f)"$(_call_program namespaces netnsctl list --names 2>/dev/null)"})
    _describe -t namespaces 'network namespace' names
}

_netnsctl_files() {
    _alternative 'namespaces:network namespace:_netnsctl_names' 'files:file:_files -g "*.netns"'
}

_netnsctl_units() {
    local -a units
    local scope=--system
    ((${words[(I)--user]})) && scope=--user
    units=(${${(f)"$(_call_program units systemctl $scope list-unit-files --no-legend --type=service,socket 2>/dev/null)"}%% *})
    _describe -t units 'unit' units
}

_netnsctl() {
    local -a verbs=(
        'list:the namespaces you may enter'
        'status:links, addresses, routes, DNS, who is inside'
        'graph:draw them, the host, and the ways out'
        'start:bring namespaces up'
        'stop:take namespaces down'
        'restart:take namespaces down and bring them up anew'
        'check:find slips in configuration files'
        'doctor:what is wrong, and what to do'
        'show:print the merged configuration'
        'up:build namespaces now (root)'
        'down:remove namespaces now (root)'
        'take:hand over the interface of a VPN program (root)'
        'resolve:look up silent WireGuard endpoints (root)'
        'save-firewall:write the live rules back to their file (root)'
        'attach:keep services in a namespace'
        'detach:let them out again'
        'watch:follow the uplink and the firewalls'
        'serve:answer requests (the broker itself)'
    )
    local json='--json[print JSON]' password='--no-ask-password[where polkit wants a password, take that for a no]'
    local names='*:network namespace:_netnsctl_names'
    if ((CURRENT == 2)); then
        _describe -t verbs 'verb' verbs
        return
    fi
    local verb=$words[2]
    shift words
    ((CURRENT--))
    case $verb in
    list) _arguments $json $password '--names[names only]' '--no-legend[no head line]' ;;
    graph) _arguments '(--dot --json)--svg[print SVG]' '(--svg --json)--dot[print input for Graphviz]' '(--svg --dot)--json[print JSON]' $names ;;
    status | doctor) _arguments $json $password $names ;;
    start | stop | restart) _arguments $password $names ;;
    check) _arguments '--root=[another root directory]:directory:_directories' '*:network namespace or file:_netnsctl_files' ;;
    show) _arguments '--root=[another root directory]:directory:_directories' $names ;;
    up) _arguments '--all[everything configured]' '--type=[type to build]:type:' $names ;;
    down) _arguments '--all[everything that is up]' '--no-block[go on in the background]' '--gone[only what somebody else has removed]' $names ;;
    attach) _arguments '--user[services of your own]' '--now[restart what runs]' '1:network namespace:_netnsctl_names' '*:unit:_netnsctl_units' ;;
    detach) _arguments '--user[services of your own]' '--now[restart what runs]' '*:unit:_netnsctl_units' ;;
    save-firewall|take|resolve) _arguments $names ;;
    serve) _arguments '--listen[path of the socket]:path:_files' '--idle-timeout[end when nobody has asked for so long]:seconds:' ;;
    esac
}

_netnsctl "$@"
