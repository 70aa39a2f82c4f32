#pragma once
// Programs that show and signal processes.

#include "cluster/shell.hpp"

namespace dba::sandbox::cluster {

using Words = std::vector<std::string>;

int run_ps(Shell& shell, const Words& argv, const ShellStreams& streams);
int run_pgrep(Shell& shell, const Words& argv, const ShellStreams& streams);
int run_kill(Shell& shell, const Words& argv, const ShellStreams& streams);
int run_pkill(Shell& shell, const Words& argv, const ShellStreams& streams);

}  // namespace dba::sandbox::cluster
