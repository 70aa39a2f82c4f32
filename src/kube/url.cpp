#include "url.hpp"

#include <fmt/format.h>

namespace dba::kube {

namespace {

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.~").find(c) != std::string_view::npos;
}

void append_escaped(std::string& out, char c) { out += fmt::format("%{:02X}", static_cast<unsigned char>(c)); }

}  // namespace

std::string path_escape(std::string_view segment) {
  std::string out;
  for (const char c : segment) {
    if (is_unreserved(c) || std::string_view("$&+=:@").find(c) != std::string_view::npos) {
      out += c;
    } else {
      append_escaped(out, c);
    }
  }
  return out;
}

std::string query_escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      append_escaped(out, c);
    }
  }
  return out;
}

Query& Query::set(std::string_view key, std::string_view value) {
  if (!value.empty()) values_.insert_or_assign(std::string(key), std::string(value));
  return *this;
}

std::string Query::text() const {
  std::string out;
  for (const auto& [key, value] : values_) {
    out += (out.empty() ? "?" : "&") + query_escape(key) + "=" + query_escape(value);
  }
  return out;
}

}  // namespace dba::kube
