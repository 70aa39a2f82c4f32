#pragma once
// Sessions in SPDY/3.1, plain or inside WebSocket messages.

#include "streaming/duplex.hpp"
#include "streaming/session.hpp"

namespace dba::sandbox::streaming {

void run_forward_over_spdy(Duplex& connection, const SessionContext& context);
/// SPDY/3.1+portforward.k8s.io: the same bytes as binary WebSocket messages.
void run_forward_over_tunnel(Duplex& connection, const SessionContext& context);
void run_exec_over_spdy(Duplex& connection, const ExecRequest& request, const SessionContext& context);

}  // namespace dba::sandbox::streaming
