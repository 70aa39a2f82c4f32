#include "tds/server.hpp"

#include <exception>
#include <utility>

#include "tds/conversation.hpp"
#include "tds/security.hpp"

namespace dba::sandbox::sqlserver {

void serve(Instance& instance, std::unique_ptr<streaming::ByteStream> connection, const std::stop_token& stop) {
  try {
    tds::Channel channel(std::move(connection), instance, stop);
    if (tds::secure(channel, instance.identity())) tds::converse(instance, channel);
  } catch (const std::exception&) {
    // A client that does not speak TDS has only itself to blame, and nobody reads a log here: the connection ends.
  }
}

}  // namespace dba::sandbox::sqlserver
