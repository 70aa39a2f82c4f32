#pragma once
// A connection whose bytes can be trusted: the login, then request and response in turn.

#include "tds/channel.hpp"
#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tds {

/// The first message has to be a login. Returns when the client has gone or the connection is to be closed.
/// @throws Error (unexpected) for what is not TDS.
void converse(Instance& instance, Channel& channel);

}  // namespace dba::sandbox::sqlserver::tds
