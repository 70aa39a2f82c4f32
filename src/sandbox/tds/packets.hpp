#pragma once
// TDS packets: a header of eight bytes before each piece of a message.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dba::sandbox::sqlserver::tds {

/// @source [MS-TDS] 2.2.3.1.1
enum class PacketType : std::uint8_t {
  batch = 0x01,
  procedure = 0x03,
  response = 0x04,
  attention = 0x06,
  bulk = 0x07,
  federated = 0x08,
  transaction = 0x0e,
  login = 0x10,
  integrated = 0x11,
  prelogin = 0x12,
};

inline constexpr std::size_t kPacketHeader = 8;
inline constexpr std::size_t kFirstPacketSize = 4096;  ///< Until the login settles it.
inline constexpr std::size_t kMostPacketSize = 32767;
inline constexpr std::size_t kLeastPacketSize = 512;
inline constexpr std::size_t kMostBeforeLogin = 65536;  ///< Bytes of a message, from whoever it is.

/// What a client sent, put together.
struct Incoming {
  PacketType type = PacketType::batch;
  bool reset = false;             ///< Begin with a session as after the login …
  bool keep_transaction = false;  ///< … but for its transaction.
  std::string payload{};
  friend bool operator==(const Incoming&, const Incoming&) = default;
};

/// Puts a client's messages together. An attention may come between the packets of another message, which it ends; one
/// that the client itself tells to ignore is forgotten.
class MessageReader {
 public:
  explicit MessageReader(std::size_t most) : most_(most) {}
  void feed(std::string_view bytes) { bytes_ += bytes; }
  /// The next whole message; absent when there is none yet.
  /// @throws Error (unexpected) for what is no packet, and for a message of more than `most` bytes.
  std::optional<Incoming> next();
  std::string take_rest();  ///< What has come behind the last whole message, as it came.
  void allow(std::size_t most) { most_ = most; }

 private:
  std::optional<Incoming> add_packet(std::uint8_t type, std::uint8_t status, std::string_view payload);

  std::size_t most_;
  std::string bytes_{};
  std::optional<Incoming> unfinished_{};
};

/// One packet.
std::string packet(PacketType type, std::string_view payload, bool last, int spid, std::uint8_t number);

/// A message of few bytes as the packets it takes before the login.
std::string packets(PacketType type, std::string_view payload);

}  // namespace dba::sandbox::sqlserver::tds
