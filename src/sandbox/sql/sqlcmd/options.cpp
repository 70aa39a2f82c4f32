#include "sql/sqlcmd/options.hpp"

#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace dba::sandbox::sqlserver {

namespace {

constexpr std::string_view kWithValue = "QqUPSdisohwstlyYHKafcmvV";
constexpr std::string_view kPlain = "CbWIeExXpjkuLgARM";
constexpr std::string_view kMaybeAttached = "Nr";

void take(SqlcmdOptions& options, char letter, const std::string& value) {
  switch (letter) {
    case 'Q':
    case 'q':
      options.query = value;
      break;
    case 'U':
      options.user = value;
      break;
    case 'P':
      options.password = value;
      break;
    case 'S':
      options.server = value;
      break;
    case 'd':
      options.database = value;
      break;
    case 'i':
      options.input = value;
      break;
    case 's':
      options.separator = value;
      break;
    case 'h':
      options.header_rows = std::atoi(value.c_str());
      break;
    case 'y':
    case 'Y':
      options.widest = std::atoi(value.c_str());
      break;
    case 'K':
      options.read_only = value == "ReadOnly";
      break;
    case 'W':
      options.trim = true;
      break;
    case 'b':
      options.fail_on_error = true;
      break;
    case 'C':
      options.trust = true;
      break;
    case 'N':
      options.optional_encryption = value.starts_with('o');
      break;
    case 'r':
      options.errors_to_stderr = value == "1" ? 1 : 0;
      break;
    default:
      break;  // What has no effect here: time-outs, packet size, code page.
  }
}

std::string value_in(const std::map<std::string, std::string>& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

}  // namespace

ParsedSqlcmd parse_sqlcmd(const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment) {
  ParsedSqlcmd parsed;
  SqlcmdOptions& options = parsed.options;
  options.user = value_in(environment, "SQLCMDUSER");
  options.database = value_in(environment, "SQLCMDDBNAME");
  if (const auto server = value_in(environment, "SQLCMDSERVER"); !server.empty()) options.server = server;
  if (const auto secret = environment.find("SQLCMDPASSWORD"); secret != environment.end()) {
    options.password = secret->second;
  }
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string& word = argv[i];
    const char letter = word.size() > 1 && word[0] == '-' ? word[1] : '\0';
    if (kPlain.find(letter) != std::string_view::npos && letter != '\0') {
      take(options, letter, "");
    } else if (kMaybeAttached.find(letter) != std::string_view::npos && letter != '\0') {
      const bool separate =
          letter == 'r' && word.size() == 2 && i + 1 < argv.size() && (argv[i + 1] == "0" || argv[i + 1] == "1");
      take(options, letter, separate ? argv[++i] : word.substr(2));
    } else if (kWithValue.find(letter) != std::string_view::npos && letter != '\0') {
      if (word.size() == 2 && i + 1 >= argv.size()) {
        parsed.problem = fmt::format("Sqlcmd: '-{}': Missing argument. Enter '-?' for help.", letter);
        return parsed;
      }
      take(options, letter, word.size() > 2 ? word.substr(2) : argv[++i]);
    } else {
      parsed.problem = fmt::format("Sqlcmd: '{}': Unknown Option. Enter '-?' for help.", word);
      return parsed;
    }
  }
  return parsed;
}

}  // namespace dba::sandbox::sqlserver
