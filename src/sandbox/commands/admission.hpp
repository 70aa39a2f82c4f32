#pragma once
// KubeDB's webhook as part of the simulated API server: called in process, answering as if over HTTPS.

#include "api/api.hpp"

namespace dba::sandbox::commands {

/// The mutating and validating webhooks for MSSQLServer and MSSQLServerOpsRequest. `api` must outlive it.
api::Admission kubedb_admission(const api::Api& api);

}  // namespace dba::sandbox::commands
