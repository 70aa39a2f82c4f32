#pragma once
// Defaults of flags and protected places: ${XDG_CONFIG_HOME:-~/.config}/kubectl-dba/config.yaml and KUBECTL_DBA_<FLAG>.
//
//   defaults:            # what a flag is when it is not typed
//     namespace: demo
//     timeout: 15m
//   protected:           # globs; changes there need --i-know-this-is=CONTEXT
//     contexts: ["prod-*"]
//     namespaces: [payments]

#include <string>
#include <string_view>

#include "dba/cli/context.hpp"
#include "dba/cli/spec.hpp"
#include "dba/platform/environment.hpp"

namespace dba::cli {

/// Reads file and environment; a variable that is set to nothing counts as unset.
/// What is wrong is in Settings::problem, naming file and line of every unknown key, unknown flag and value of the
/// wrong kind; what can be read is there all the same.
Settings load_settings(const platform::Environment& environment, const Command& root);

/// Why a configured value cannot be what its flag takes; empty when it can, in one command at least.
/// @effects stores it in the destinations of the flags of that name, as typing them would.
std::string default_problem(const Command& root, const FlagDefault& given);

/// "KUBECTL_DBA_REQUEST_TIMEOUT"
std::string variable_of(std::string_view flag);

}  // namespace dba::cli
