#pragma once
// From the first byte of a connection to a channel that is encrypted.

#include "tds/channel.hpp"
#include "tds/packets.hpp"

namespace dba::sandbox::sqlserver::tds {

/// PRELOGIN and the TLS handshake, in the order that the client begins with: TDS 7 shakes hands inside packets, TDS 8
/// before the first of them. False: the client has gone.
/// @throws Error (unexpected) for what is neither, and for a client that does not encrypt.
bool secure(Channel& channel, const ServerIdentity& server);

/// The next whole message; absent when the client has gone. @throws Error (unexpected)
std::optional<Incoming> receive_message(Channel& channel, MessageReader& reader);

}  // namespace dba::sandbox::sqlserver::tds
