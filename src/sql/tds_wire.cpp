#include "tds_wire.hpp"

#include <map>

#include <fmt/format.h>

#include "dba/base/error.hpp"

namespace dba::sql {

namespace {

constexpr std::uint8_t kVersion = 0, kEncryption = 1, kInstance = 2, kThread = 3, kMars = 4, kFederated = 6;
constexpr std::uint8_t kEnd = 0xff;
constexpr std::uint8_t kLastPacket = 0x01;
constexpr std::size_t kOptionRow = 5, kVersionSize = 6;

using Options = std::map<std::uint8_t, std::string>;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

std::size_t big_endian_16(std::string_view bytes, std::size_t at) {
  return static_cast<std::size_t>(byte_at(bytes, at)) << 8 | byte_at(bytes, at + 1);
}

void append_16(std::string& out, std::size_t value) {
  out += static_cast<char>(value >> 8 & 0xff);
  out += static_cast<char>(value & 0xff);
}

/// The options as they go over the wire: a table of token, offset and length, then the values.
std::string format_options(const Options& options) {
  std::string table, values;
  const std::size_t table_size = options.size() * kOptionRow + 1;
  for (const auto& [token, value] : options) {
    table += static_cast<char>(token);
    append_16(table, table_size + values.size());
    append_16(table, value.size());
    values += value;
  }
  table += static_cast<char>(kEnd);
  return table + values;
}

Error not_sql_server() { return Error(ExitCode::sql_unreachable, "what answers there is not SQL Server"); }

Options parse_options(std::string_view payload) {
  Options options;
  for (std::size_t at = 0;; at += kOptionRow) {
    if (at >= payload.size()) throw not_sql_server();
    if (byte_at(payload, at) == kEnd) return options;
    if (at + kOptionRow > payload.size()) throw not_sql_server();
    const std::size_t offset = big_endian_16(payload, at + 1), length = big_endian_16(payload, at + 3);
    if (offset + length > payload.size()) throw not_sql_server();
    options[byte_at(payload, at)] = payload.substr(offset, length);
  }
}

}  // namespace

std::string packet(PacketType type, std::string_view payload) {
  std::string out{static_cast<char>(type), static_cast<char>(kLastPacket)};
  append_16(out, kPacketHeader + payload.size());
  out.append(4, '\0');  // process id, packet number, window: nobody looks at them
  return out.append(payload);
}

std::optional<std::size_t> packet_length(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  // Else the letters of another protocol were a length, and what it never sends were waited for.
  const auto type = static_cast<PacketType>(byte_at(bytes, 0));
  if (type != PacketType::response && type != PacketType::prelogin) throw not_sql_server();
  if (bytes.size() < kPacketHeader) return std::nullopt;
  const std::size_t length = big_endian_16(bytes, 2);
  if (length < kPacketHeader) throw not_sql_server();
  return length;
}

std::string prelogin_request() {
  return format_options({{kVersion, std::string("\x12\x06\0\x02\0\0", kVersionSize)},
                         {kEncryption, std::string(1, static_cast<char>(Encryption::on))},
                         {kInstance, std::string(1, '\0')},
                         {kThread, std::string(4, '\0')},
                         {kMars, std::string(1, '\0')}});
}

PreloginResponse parse_prelogin(std::string_view payload) {
  const Options options = parse_options(payload);
  const auto version = options.find(kVersion), encryption = options.find(kEncryption);
  if (version == options.end() || version->second.size() != kVersionSize) throw not_sql_server();
  if (encryption == options.end() || encryption->second.size() != 1) throw not_sql_server();
  const std::uint8_t value = byte_at(encryption->second, 0);
  if (value > static_cast<std::uint8_t>(Encryption::required)) throw not_sql_server();
  return {static_cast<Encryption>(value), version->second};
}

std::string prelogin_answer(const PreloginResponse& server, std::string_view request) {
  Options answer{{kVersion, server.version},
                 {kEncryption, std::string(1, static_cast<char>(Encryption::not_supported))},
                 {kInstance, std::string(1, '\0')},
                 {kThread, ""},
                 {kMars, std::string(1, '\0')}};
  if (parse_options(request).contains(kFederated)) answer[kFederated] = std::string(1, '\0');
  return format_options(answer);
}

}  // namespace dba::sql
