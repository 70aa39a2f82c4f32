#include "connection_string.hpp"

#include <fmt/format.h>

#include "dba/base/error.hpp"

namespace dba::sql {

namespace {

bool needs_braces(std::string_view value) {
  return value.empty() || value.find_first_of("[]{}(),;?*=!@ \t") != std::string_view::npos;
}

std::string replace_all(std::string_view text, std::string_view what, std::string_view by) {
  std::string out;
  for (std::size_t at = 0;;) {
    const auto found = text.find(what, at);
    out += text.substr(at, found - at);
    if (found == std::string_view::npos) return out;
    out += by;
    at = found + what.size();
  }
}

/// Microsoft's driver reads "}}" inside braces as "}". FreeTDS reads up to the first "};" and undoubles nothing, so it
/// cannot be told a value that holds those two in a row.
/// @source experiments with msodbcsql 18.6 and FreeTDS 1.3.17
std::string format_value(Driver::Family family, std::string_view keyword, std::string_view value) {
  if (value.find('\0') != std::string_view::npos) {
    throw usage_error(fmt::format("the {} holds a zero byte, which no SQL Server driver can take", keyword));
  }
  if (!needs_braces(value)) return std::string(value);
  if (family != Driver::Family::freetds) return fmt::format("{{{}}}", replace_all(value, "}", "}}"));
  if (value.find("};") != std::string_view::npos) {
    throw usage_error(fmt::format("the {} holds \"}};\", which FreeTDS cannot take", keyword),
                      "install Microsoft's ODBC driver 18, or change it");
  }
  return fmt::format("{{{}}}", value);
}

}  // namespace

Secret connection_string(const ConnectionParts& parts) {
  const auto family = parts.driver.family;
  const auto value = [&](std::string_view keyword, std::string_view text) {
    return format_value(family, keyword, text);
  };
  // The driver's name is no place for "}": a section of odbcinst.ini cannot hold it, and a path has other ways.
  if (parts.driver.name.find('}') != std::string::npos) {
    throw usage_error(fmt::format("no ODBC driver can be called \"{}\"", parts.driver.name));
  }
  std::string text = fmt::format("DRIVER={{{}}};", parts.driver.name);
  if (family == Driver::Family::freetds) {
    text += fmt::format("SERVER=127.0.0.1;PORT={};TDS_Version=7.4;ClientCharset=UTF-8;Encryption=off;", parts.port);
  } else {
    text += fmt::format("SERVER=127.0.0.1,{};Encrypt=no;ConnectRetryCount=0;MARS_Connection=no;", parts.port);
  }
  text += fmt::format("APP={};DATABASE={};", value("application name", parts.application),
                      value("database name", parts.database));
  if (parts.read_intent) text += "ApplicationIntent=ReadOnly;";
  text += fmt::format("UID={};PWD={};", value("user name", parts.user), value("password", parts.password.reveal()));
  return Secret(std::move(text));
}

}  // namespace dba::sql
