#include "tds/login.hpp"

#include <algorithm>

#include "tds/bytes.hpp"
#include "tds/packets.hpp"
#include "tds/text.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

/// Where things are, and what their bits mean. @source [MS-TDS] 2.2.6.4
constexpr std::size_t kFixedPart = 94;
constexpr std::size_t kVersionAt = 4, kPacketSizeAt = 8, kFlags2At = 25, kTypeFlagsAt = 26, kFlags3At = 27;
constexpr std::size_t kHostAt = 36, kUserAt = 40, kPasswordAt = 44, kApplicationAt = 48, kExtensionAt = 56,
                      kDatabaseAt = 68;
constexpr std::uint8_t kIntegrated = 0x80, kReadOnlyIntent = 0x20, kExtended = 0x10;

std::uint64_t number_at(std::string_view payload, std::size_t at, std::size_t size) {
  return ByteReader(part_of(payload, at, size)).le(size);
}

bool has(std::string_view payload, std::size_t at, std::uint8_t bit) { return (number_at(payload, at, 1) & bit) != 0; }

/// The characters that offset and length at `at` speak of.
std::string_view characters(std::string_view payload, std::size_t at) {
  const std::size_t offset = number_at(payload, at, 2);
  const std::size_t count = number_at(payload, at + 2, 2);
  return count == 0 ? std::string_view() : part_of(payload, offset, 2 * count);
}

std::string text_at(std::string_view payload, std::size_t at) { return from_utf16(characters(payload, at)); }

/// Every byte of a password has its halves swapped and its bits mixed with 0xa5.
std::string password_at(std::string_view payload, std::size_t at) {
  std::string plain(characters(payload, at));
  for (char& byte : plain) {
    const unsigned mixed = static_cast<std::uint8_t>(byte) ^ 0xa5U;
    byte = static_cast<char>((mixed << 4U | mixed >> 4U) & 0xffU);
  }
  return from_utf16(plain);
}

std::vector<std::uint8_t> features_of(std::string_view payload) {
  std::vector<std::uint8_t> features;
  const std::size_t pointer = number_at(payload, kExtensionAt, 2);
  const std::size_t list = number_at(payload, pointer, 4);
  ByteReader reader(part_of(payload, list, payload.size() - std::min(list, payload.size())));
  for (std::uint8_t feature = reader.byte(); feature != kEndOfFeatures; feature = reader.byte()) {
    features.push_back(feature);
    reader.take(reader.u32());
  }
  return features;
}

}  // namespace

Login parse_login(std::string_view payload) {
  if (payload.size() < kFixedPart) throw broken("its LOGIN7 is too short");
  Login login;
  login.version = static_cast<std::uint32_t>(number_at(payload, kVersionAt, 4));
  login.packet_size = number_at(payload, kPacketSizeAt, 4);
  login.integrated = has(payload, kFlags2At, kIntegrated);
  login.extended = has(payload, kFlags3At, kExtended);
  if (login.extended) login.features = features_of(payload);
  login.request = {.user = text_at(payload, kUserAt),
                   .password = password_at(payload, kPasswordAt),
                   .database = text_at(payload, kDatabaseAt),
                   .application = text_at(payload, kApplicationAt),
                   .host = text_at(payload, kHostAt),
                   .read_only_intent = has(payload, kTypeFlagsAt, kReadOnlyIntent)};
  return login;
}

std::uint32_t agreed_version(std::uint32_t wanted) {
  if (wanted == kTds80) return kTds80;
  if (wanted < kTds73A) return 0;
  return wanted < kTds74 ? kTds73B : kTds74;
}

std::size_t agreed_packet_size(std::size_t wanted) {
  return wanted == 0 ? kFirstPacketSize : std::clamp(wanted, kLeastPacketSize, kMostPacketSize);
}

}  // namespace dba::sandbox::sqlserver::tds
