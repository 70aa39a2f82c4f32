#pragma once
// KubeDB's webhook as part of the simulated API server: called in process, answering as if over HTTPS.

#include "api/api.hpp"

namespace dba::sandbox::commands {

/// The mutating and validating webhooks for MSSQLServer and MSSQLServerOpsRequest.
void add_kubedb_admission(api::Api& api);

}  // namespace dba::sandbox::commands
