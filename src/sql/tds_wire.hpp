#pragma once
// The first exchange of a TDS 7 connection: which version, and whether everything is encrypted. What follows is the
// driver's.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dba::sql {

/// Types of packets that we see in clear text. @source [MS-TDS] 2.2.3.1.1
enum class PacketType : std::uint8_t { response = 0x04, prelogin = 0x12 };

/// Values of the ENCRYPTION option. @source [MS-TDS] 2.2.6.5
enum class Encryption : std::uint8_t { off = 0, on = 1, not_supported = 2, required = 3 };

inline constexpr std::size_t kPacketHeader = 8;

/// One packet that is the whole message. @param payload at most 4 088 bytes, as before the login
std::string packet(PacketType type, std::string_view payload);

/// The whole length of the packet that `bytes` begin with; absent while its header is not complete.
/// @throws Error (sql_unreachable) for a type or a length that no packet has here.
std::optional<std::size_t> packet_length(std::string_view bytes);

/// What a client asks first: encryption of everything.
std::string prelogin_request();

struct PreloginResponse {
  Encryption encryption = Encryption::not_supported;
  std::string version{};  ///< Six bytes, as the server wrote them.
};
/// @param payload of a packet that answers a prelogin
/// @throws Error (sql_unreachable) when it is none.
PreloginResponse parse_prelogin(std::string_view payload);

/// What the driver is told by us, who encrypt in its place: the server's version, no encryption.
/// @param request the payload of the driver's own prelogin; some options are answered only when asked for
std::string prelogin_answer(const PreloginResponse& server, std::string_view request);

}  // namespace dba::sql
