// Bytes of a client of the simulated SQL Server, as they are behind TLS: put together to messages, each read as what
// its type says it is. What is not TDS may only end in an Error.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dba/base/error.hpp"

#include "tds/login.hpp"
#include "tds/packets.hpp"
#include "tds/prelogin.hpp"
#include "tds/procedures.hpp"
#include "tds/requests.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace tds = dba::sandbox::sqlserver::tds;

constexpr std::size_t kMost = 65536;

void read(const tds::Incoming& message) {
  switch (message.type) {
    case tds::PacketType::prelogin:
      static_cast<void>(tds::prelogin_answer(tds::parse_prelogin(message.payload), {}, tds::Encryption::on));
      break;
    case tds::PacketType::login:
      static_cast<void>(tds::parse_login(message.payload));
      break;
    case tds::PacketType::batch:
      static_cast<void>(tds::parse_batch(message.payload));
      break;
    case tds::PacketType::procedure:
      for (const tds::Call& call : tds::parse_calls(message.payload)) {
        static_cast<void>(tds::parameter_names(call.procedure));
      }
      break;
    case tds::PacketType::transaction:
      static_cast<void>(tds::parse_transaction(message.payload));
      break;
    case tds::PacketType::response:
    case tds::PacketType::attention:
    case tds::PacketType::bulk:
    case tds::PacketType::federated:
    case tds::PacketType::integrated:
      break;
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tds::MessageReader reader(kMost);
  try {
    reader.feed({reinterpret_cast<const char*>(data), size});
    while (const auto message = reader.next()) {
      try {
        read(*message);
      } catch (const dba::Error&) {
        // The server ends the connection there; what follows is as good a message as any.
      }
    }
  } catch (const dba::Error&) {
    // No packet, or too much.
  }
  return 0;
}
