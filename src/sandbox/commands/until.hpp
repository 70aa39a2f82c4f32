#pragma once

#include <stop_token>
#include <vector>

namespace dba::sandbox::commands {

/// Returns as soon as one of the tokens is stopped.
void wait_until_stopped(const std::vector<std::stop_token>& tokens);

}  // namespace dba::sandbox::commands
