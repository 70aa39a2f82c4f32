# fish completion for the binary called directly as kubectl-dba. Knows nothing about the commands: the binary does.
# Load it with: kubectl-dba completion fish | source

function __kubectl_dba_complete
    set -l before (commandline -opc)[2..-1]
    set -l last (commandline -ct)
    set -l directive 0
    set -l prefix (string match -r -- '^-[^=]*=' "$last")
    set -l found
    for line in (kubectl-dba __complete $before "$last" 2>/dev/null)
        if string match -qr '^:\d+$' -- $line
            set directive (string sub -s 2 -- $line)
        else
            set -a found "$prefix$line"
        end
    end
    if test (count $found) -gt 0
        printf '%s\n' $found
    else if test (math "bitand($directive, 1)") -eq 0
        set -l typed (string replace -r -- '^-[^=]*=' '' "$last")
        if test (math "bitand($directive, 16)") -ne 0
            __fish_complete_directories "$typed" | string replace -r -- '^' "$prefix"
        else if test (math "bitand($directive, 4)") -eq 0
            __fish_complete_path "$typed" | string replace -r -- '^' "$prefix"
        end
    end
end

complete -c kubectl-dba -f -a '(__kubectl_dba_complete)'
