# fish completion for netnsctl (and netns-broker, its other name): verbs, and the names the user may see.
set -l named status graph start stop restart check doctor show up down save-firewall take resolve

# the words behind the verb that are no options
function __netnsctl_words
    count (string match -v -- '-*' (commandline -opc)[3..])
end
function __netnsctl_units
    set -l scope --system
    contains -- --user (commandline -opc); and set scope --user
    systemctl $scope list-unit-files --no-legend --type=service,socket 2>/dev/null | string split -f1 ' '
end

for command in netnsctl netns-broker
    complete -c $command -f
    complete -c $command -n __fish_use_subcommand -a list -d 'The namespaces you may enter'
    complete -c $command -n __fish_use_subcommand -a status -d 'Links, addresses, routes, DNS, who is inside'
    complete -c $command -n __fish_use_subcommand -a graph -d 'Draw them, the host, and the ways out'
    complete -c $command -n __fish_use_subcommand -a start -d 'Bring namespaces up'
    complete -c $command -n __fish_use_subcommand -a stop -d 'Take namespaces down'
    complete -c $command -n __fish_use_subcommand -a restart -d 'Take namespaces down and bring them up anew'
    complete -c $command -n __fish_use_subcommand -a check -d 'Find slips in configuration files'
    complete -c $command -n __fish_use_subcommand -a doctor -d 'What is wrong, and what to do'
    complete -c $command -n __fish_use_subcommand -a show -d 'Print the merged configuration'
    complete -c $command -n __fish_use_subcommand -a up -d 'Build namespaces now (root)'
    complete -c $command -n __fish_use_subcommand -a down -d 'Remove namespaces now (root)'
    complete -c $command -n __fish_use_subcommand -a take -d 'Hand over the interface of a VPN program (root)'
    complete -c $command -n __fish_use_subcommand -a resolve -d 'Look up silent WireGuard endpoints (root)'
    complete -c $command -n __fish_use_subcommand -a save-firewall -d 'Write the live rules back to their file (root)'
    complete -c $command -n __fish_use_subcommand -a attach -d 'Keep services in a namespace'
    complete -c $command -n __fish_use_subcommand -a detach -d 'Let them out again'
    complete -c $command -n '__fish_seen_subcommand_from attach detach' -l user -d 'Services of your own'
    complete -c $command -n '__fish_seen_subcommand_from attach detach' -l now -d 'Restart what runs'
    complete -c $command -n '__fish_seen_subcommand_from attach; and test (__netnsctl_words) = 0' -a '(netnsctl list --names 2>/dev/null)'
    complete -c $command -n '__fish_seen_subcommand_from attach; and test (__netnsctl_words) != 0' -a '(__netnsctl_units)'
    complete -c $command -n '__fish_seen_subcommand_from detach' -a '(__netnsctl_units)'
    complete -c $command -n __fish_use_subcommand -a watch -d 'Follow the uplink and the firewalls'
    complete -c $command -n __fish_use_subcommand -a serve -d 'Answer requests (the broker itself)'
    complete -c $command -n "__fish_seen_subcommand_from $named" -a '(netnsctl list --names 2>/dev/null)'
    complete -c $command -n '__fish_seen_subcommand_from list status graph doctor' -l json -d 'Print JSON'
    complete -c $command -n '__fish_seen_subcommand_from graph' -l svg -d 'Print SVG'
    complete -c $command -n '__fish_seen_subcommand_from graph' -l dot -d 'Print input for Graphviz'
    complete -c $command -n '__fish_seen_subcommand_from list' -l names -d 'Names only'
    complete -c $command -n '__fish_seen_subcommand_from list' -l no-legend -d 'No head line'
    complete -c $command -n '__fish_seen_subcommand_from list status doctor start stop restart' -l no-ask-password -d 'Never ask'
    complete -c $command -n '__fish_seen_subcommand_from up down' -l all -d 'Everything'
    complete -c $command -n '__fish_seen_subcommand_from up' -l type -x -d 'Type to build'
    complete -c $command -n '__fish_seen_subcommand_from down' -l no-block -d 'Go on in the background'
    complete -c $command -n '__fish_seen_subcommand_from down' -l gone -d 'Only what somebody else has removed'
    complete -c $command -n '__fish_seen_subcommand_from check show' -l root -r -d 'Another root directory'
    complete -c $command -n '__fish_seen_subcommand_from check' -F
    complete -c $command -n '__fish_seen_subcommand_from serve' -l listen -r -d 'Path of the socket'
    complete -c $command -n '__fish_seen_subcommand_from serve' -l idle-timeout -x -d 'Seconds after which it ends when nobody asks'
end
