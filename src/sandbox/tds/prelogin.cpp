#include "tds/prelogin.hpp"

#include <map>

#include "tds/bytes.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

/// Tokens of options. @source [MS-TDS] 2.2.6.5
constexpr std::uint8_t kVersion = 0, kEncryption = 1, kInstance = 2, kThread = 3, kMars = 4, kFederated = 6,
                       kEnd = 0xff;
constexpr std::size_t kOptionRow = 5;

using Options = std::map<std::uint8_t, std::string>;

Options parse_options(std::string_view payload) {
  Options options;
  ByteReader rows(payload);
  while (true) {
    const std::uint8_t token = rows.byte();
    if (token == kEnd) return options;
    const std::size_t offset = rows.be(2), size = rows.be(2);
    options[token] = part_of(payload, offset, size);
  }
}

std::string format_options(const Options& options) {
  std::string rows, values;
  const std::size_t values_at = options.size() * kOptionRow + 1;
  for (const auto& [token, value] : options) {
    append_le(rows, token, 1);
    append_be(rows, values_at + values.size(), 2);
    append_be(rows, value.size(), 2);
    values += value;
  }
  append_le(rows, kEnd, 1);
  return rows + values;
}

std::string version_of(const ServerIdentity& server) {
  std::string version{static_cast<char>(server.major), static_cast<char>(server.minor)};
  append_be(version, static_cast<std::uint64_t>(server.build), 2);
  append_be(version, 0, 2);
  return version;
}

}  // namespace

Prelogin parse_prelogin(std::string_view payload) {
  const Options options = parse_options(payload);
  const auto found = options.find(kEncryption);
  if (found == options.end() || found->second.size() != 1) throw broken("its PRELOGIN does not speak of encryption");
  const auto value = static_cast<std::uint8_t>(found->second[0]);
  if (value > static_cast<std::uint8_t>(Encryption::required)) throw broken("an ENCRYPTION that there is not");
  return {static_cast<Encryption>(value), options.contains(kFederated)};
}

std::string prelogin_answer(const Prelogin& asked, const ServerIdentity& server, Encryption encryption) {
  Options answer{{kVersion, version_of(server)},
                 {kEncryption, std::string(1, static_cast<char>(encryption))},
                 {kInstance, std::string(1, '\0')},
                 {kThread, ""},
                 {kMars, std::string(1, '\0')}};
  if (asked.asks_federated) answer[kFederated] = std::string(1, '\0');
  return format_options(answer);
}

Encryption forced(Encryption asked) {
  return asked == Encryption::on || asked == Encryption::required ? Encryption::on : Encryption::required;
}

}  // namespace dba::sandbox::sqlserver::tds
