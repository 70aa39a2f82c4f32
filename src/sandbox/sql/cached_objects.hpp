#pragma once
// Objects of an API server somewhere else, looked up no more often than needed.

#include "dba/kube/client.hpp"

#include "sql/member_change.hpp"

namespace dba::sandbox::sqlserver {

/// Looks up through a client; what it found is good for a second, or for as long as the API server does not answer.
/// @param client outlives what is returned
FindObject find_through(kube::Client& client);

}  // namespace dba::sandbox::sqlserver
