#pragma once
// Two ends of a connection inside this process.

#include <memory>
#include <utility>

#include "streaming/pod_backend.hpp"

namespace dba::sandbox::streaming {

/// What is written at one end is read at the other. A writer waits while 1 MiB is unread; an end that is destroyed ends
/// both directions.
std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> make_byte_pipe();

}  // namespace dba::sandbox::streaming
