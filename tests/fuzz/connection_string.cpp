// Values of a connection string, separated by zero bytes. Read back by the rules of each driver, the string holds every
// keyword once and the very values: none of them can become a keyword.

#include "connection_string.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dba/base/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Family = dba::sql::Driver::Family;
using Keywords = std::vector<std::pair<std::string, std::string>>;

/// @source experiments with msodbcsql 18.6 ("}}" is "}") and FreeTDS 1.3.17 (up to the first "};", nothing doubled)
Keywords read_back(std::string_view text, Family family) {
  Keywords all;
  while (!text.empty()) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) std::abort();
    std::string keyword(text.substr(0, equals)), value;
    text.remove_prefix(equals + 1);
    std::size_t end = 0;
    if (!text.starts_with('{')) {
      end = text.find(';');
      value = text.substr(0, end);
    } else if (family == Family::freetds && keyword != "DRIVER") {
      end = text.find("};") + 1;
      value = text.substr(1, end - 2);
    } else {
      for (end = 1; text.at(end) != '}' || (end + 1 < text.size() && text[end + 1] == '}'); ++end) {
        value += text[end];
        if (text[end] == '}') ++end;
      }
      ++end;
    }
    if (end >= text.size() || text[end] != ';') std::abort();
    text.remove_prefix(end + 1);
    all.emplace_back(std::move(keyword), std::move(value));
  }
  return all;
}

void check(const std::array<std::string, 4>& values, Family family) {
  std::string text;
  try {
    text = dba::sql::connection_string({.driver = {.name = "driver", .file = "", .family = family},
                                        .port = 1433,
                                        .user = values[0],
                                        .password = dba::Secret(values[1]),
                                        .database = values[2],
                                        .application = values[3]})
               .reveal();
  } catch (const dba::Error&) {
    return;  // refused: nothing was built
  }
  const Keywords all = read_back(text, family);
  const Keywords fixed = family == Family::freetds
                             ? Keywords{{"DRIVER", "driver"},   {"SERVER", "127.0.0.1"},    {"PORT", "1433"},
                                        {"TDS_Version", "7.4"}, {"ClientCharset", "UTF-8"}, {"Encryption", "off"}}
                             : Keywords{{"DRIVER", "driver"},
                                        {"SERVER", "127.0.0.1,1433"},
                                        {"Encrypt", "no"},
                                        {"ConnectRetryCount", "0"},
                                        {"MARS_Connection", "no"}};
  Keywords want = fixed;
  want.insert(want.end(), {{"APP", values[3]}, {"DATABASE", values[2]}, {"UID", values[0]}, {"PWD", values[1]}});
  if (all != want) std::abort();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::array<std::string, 4> values;
  std::size_t at = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == 0 && at + 1 < values.size()) {
      ++at;
    } else {
      values[at] += static_cast<char>(data[i]);
    }
  }
  for (const Family family : {Family::microsoft, Family::freetds}) check(values, family);
  return 0;
}
