# bash completion for the binary called directly as kubectl-dba. Knows nothing about the commands: the binary does.
# Load it with: source <(kubectl-dba completion bash)

_kubectl_dba() {
  local rest=${COMP_LINE:0:COMP_POINT} i typed kept line directive=0
  local -a args=() lines=()
  # bash cuts words at "=" and ":"; what no blank separates belongs together again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if ((i == 0)) || [[ $rest == [[:space:]]* ]]; then args+=(""); fi
    rest=${rest#"${rest%%[![:space:]]*}"}
    if ((i == COMP_CWORD)); then args[-1]+=$rest; else args[-1]+=${COMP_WORDS[i]}; fi
    rest=${rest#"${COMP_WORDS[i]}"}
  done

  mapfile -t lines < <(kubectl-dba __complete "${args[@]:1}" 2>>"${BASH_COMP_DEBUG_FILE:-/dev/null}")
  if ((${#lines[@]})) && [[ ${lines[-1]} =~ ^:([0-9]+)$ ]]; then
    directive=${BASH_REMATCH[1]}
    unset 'lines[-1]'
  fi
  COMPREPLY=()
  ((directive & 1)) && return
  ((directive & 2)) && compopt -o nospace
  ((directive & 32)) && compopt -o nosort

  typed=${args[-1]}
  [[ $typed == -*=* ]] && typed=${typed#*=}
  kept=${typed%"${typed##*[=:]}"} # stands on the line already and is not replaced
  for line in "${lines[@]}"; do
    line=${line%%$'\t'*}
    [[ $line == "$typed"* ]] && COMPREPLY+=("$(printf %q "${line#"$kept"}")")
  done
  if ((${#COMPREPLY[@]} == 0 && directive & 16)); then
    compopt -o dirnames
  elif ((${#COMPREPLY[@]} == 0 && !(directive & 4))); then
    compopt -o default
  fi
}

complete -F _kubectl_dba kubectl-dba
