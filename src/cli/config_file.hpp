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
/// @throws Error (usage) naming file and line of every unknown key, unknown flag and value of the wrong kind.
Settings load_settings(const platform::Environment& environment, const Command& root);

/// "KUBECTL_DBA_REQUEST_TIMEOUT"
std::string variable_of(std::string_view flag);

}  // namespace dba::cli
