#pragma once
// What an EndpointSlice says, and the Endpoints that it took the place of. Pure.

#include <string>
#include <vector>

#include "api/api.hpp"

namespace dba::sandbox::cluster {

/// Whether the pod's Ready condition is True.
bool is_ready(const Json& pod);
/// The name that our EndpointSlice of a Service has: "sales-x7k2p".
std::string slice_name(const Json& service);
/// The EndpointSlice for a Service and the pods that its selector finds, in their order.
/// @source kubernetes pkg/controller/endpointslice: pods without an address or at their end are left out, terminating
///         ones stay in with ready=false.
Json make_slice(const Json& service, const std::vector<api::Object>& pods);
/// The Endpoints of the same Service. @source kubernetes pkg/controller/endpoint: terminating pods are left out
Json make_endpoints(const Json& service, const Json& slice);

}  // namespace dba::sandbox::cluster
