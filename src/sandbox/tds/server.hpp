#pragma once
// The door of tds/: one connection to a simulated SQL Server.

#include <memory>
#include <stop_token>

#include "streaming/pod_backend.hpp"
#include "tds/session.hpp"

namespace dba::sandbox::sqlserver {

/// Serves a client until it goes, breaks the protocol, or `stop`: encryption (always; inside TDS 7, or around it as TDS
/// 8 has it), login, then requests. Blocks; the calling thread is the one that calls the session. While the instance is
/// frozen nothing is read and nothing answered. Throws nothing.
void serve(Instance& instance, std::unique_ptr<streaming::ByteStream> connection, const std::stop_token& stop);

}  // namespace dba::sandbox::sqlserver
