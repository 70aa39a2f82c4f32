cmake_minimum_required(VERSION 3.25)
# cmake -DBUILD=<build folder> -DROOT=<repository> -P install.cmake : fails when `cmake --install` does not put each
# shell's completion where that shell looks for it.
set(prefix ${BUILD}/install-test)
file(REMOVE_RECURSE ${prefix})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} --component completions
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE found RELATIVE ${prefix} ${prefix}/*)
list(SORT found)
set(wanted
  bin/kubectl_complete-dba
  bin/kubectl_complete-dba-sandbox
  share/bash-completion/completions/kubectl-dba
  share/fish/vendor_completions.d/kubectl-dba.fish
  share/zsh/site-functions/_kubectl-dba)
if(NOT found STREQUAL wanted)
  message(FATAL_ERROR "installed: ${found}\nwanted: ${wanted}")
endif()
foreach(pair "kubectl_complete-dba bin/kubectl_complete-dba" "kubectl_complete-dba-sandbox bin/kubectl_complete-dba-sandbox"
    "kubectl-dba.bash share/bash-completion/completions/kubectl-dba"
    "kubectl-dba.fish share/fish/vendor_completions.d/kubectl-dba.fish" "_kubectl-dba share/zsh/site-functions/_kubectl-dba")
  string(REPLACE " " ";" pair ${pair})
  list(GET pair 0 source)
  list(GET pair 1 installed)
  execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${ROOT}/completions/${source} ${prefix}/${installed}
    COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(REMOVE_RECURSE ${prefix})
