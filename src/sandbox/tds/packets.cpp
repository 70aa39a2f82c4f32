#include "tds/packets.hpp"

#include <utility>

#include <fmt/format.h>

#include "tds/bytes.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

/// Bits of a header's status. @source [MS-TDS] 2.2.3.1.2
constexpr std::uint8_t kLast = 0x01, kIgnore = 0x02, kReset = 0x08, kResetKeepingTransaction = 0x10;

bool is_client_type(std::uint8_t type) {
  switch (static_cast<PacketType>(type)) {
    case PacketType::batch:
    case PacketType::procedure:
    case PacketType::attention:
    case PacketType::bulk:
    case PacketType::federated:
    case PacketType::transaction:
    case PacketType::login:
    case PacketType::integrated:
    case PacketType::prelogin:
      return true;
    case PacketType::response:
      break;
  }
  return false;
}

}  // namespace

std::optional<Incoming> MessageReader::next() {
  while (!bytes_.empty()) {
    ByteReader header(bytes_);
    const std::uint8_t type = header.byte();
    if (!is_client_type(type)) throw broken(fmt::format("there is no packet of type 0x{:02x}", type));
    if (bytes_.size() < kPacketHeader) break;
    const std::uint8_t status = header.byte();
    const std::size_t length = header.be(2);
    if (length < kPacketHeader || length > kMostPacketSize) throw broken(fmt::format("a packet of {} bytes", length));
    if (bytes_.size() < length) break;
    auto message = add_packet(type, status, std::string_view(bytes_).substr(kPacketHeader, length - kPacketHeader));
    bytes_.erase(0, length);
    if (message) return message;
  }
  return std::nullopt;
}

std::optional<Incoming> MessageReader::add_packet(std::uint8_t type, std::uint8_t status, std::string_view payload) {
  const auto kind = static_cast<PacketType>(type);
  if (kind == PacketType::attention) {
    unfinished_.reset();
    return Incoming{.type = kind};
  }
  if (!unfinished_) {
    const bool keeping = (status & kResetKeepingTransaction) != 0;
    unfinished_ = {.type = kind, .reset = keeping || (status & kReset) != 0, .keep_transaction = keeping};
  }
  if (unfinished_->type != kind) throw broken("a message begins inside another");
  if (unfinished_->payload.size() + payload.size() > most_) {
    throw broken(fmt::format("a message of more than {} bytes", most_));
  }
  unfinished_->payload += payload;
  if ((status & kLast) == 0) return std::nullopt;
  auto whole = std::exchange(unfinished_, std::nullopt);
  return (status & kIgnore) != 0 ? std::nullopt : whole;
}

std::string MessageReader::take_rest() { return std::exchange(bytes_, {}); }

std::string packet(PacketType type, std::string_view payload, bool last, int spid, std::uint8_t number) {
  std::string out{static_cast<char>(type), static_cast<char>(last ? kLast : 0)};
  append_be(out, kPacketHeader + payload.size(), 2);
  append_be(out, static_cast<std::uint64_t>(spid), 2);
  out += static_cast<char>(number);
  out += '\0';  // window
  return out.append(payload);
}

std::string packets(PacketType type, std::string_view payload) {
  constexpr std::size_t kMost = kFirstPacketSize - kPacketHeader;
  std::string out;
  std::uint8_t number = 1;
  for (; payload.size() > kMost; payload.remove_prefix(kMost)) {
    out += packet(type, payload.substr(0, kMost), false, 0, number++);
  }
  return out + packet(type, payload, true, 0, number);
}

}  // namespace dba::sandbox::sqlserver::tds
