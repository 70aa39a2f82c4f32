#pragma once
// The flags every command takes: kubectl's connection flags under kubectl's names, and how we talk.

#include <vector>

#include "dba/cli/context.hpp"
#include "dba/cli/spec.hpp"

namespace dba::cli {

/// @source kubectl's persistent flags: names, short forms and meanings.
std::vector<Flag> global_flags(GlobalOptions& global);

}  // namespace dba::cli
