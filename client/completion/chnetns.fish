# fish completion for chnetns: the names the user may enter, then a command line like any other.
function __chnetns_at_name
    for word in (commandline -opc)[2..]
        string match -q -- '-*' $word; or return 1
    end
    return 0
end

complete -c chnetns -f
complete -c chnetns -n __chnetns_at_name -l no-ask-password -d 'Where polkit wants a password, take that for a no'
complete -c chnetns -n __chnetns_at_name -s q -l quiet -d 'No warning that a program outside may do the work'
complete -c chnetns -n __chnetns_at_name -l help -d 'Print help'
complete -c chnetns -n __chnetns_at_name -l version -d 'Print the version'
complete -c chnetns -n __chnetns_at_name -a '(netnsctl list --names 2>/dev/null)' -d 'Network namespace'
complete -c chnetns -n 'not __chnetns_at_name' -x -a '(__fish_complete_subcommand --fcs-skip=2)'
