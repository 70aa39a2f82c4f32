#include "yaml_source.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "dba/base/text.hpp"
#include "dba/base/utf16.hpp"
#include "dba/base/utf8.hpp"

namespace dba::codec {

namespace {

std::string decode_utf16(std::string_view bytes, bool big_endian) {
  if (bytes.size() % 2 != 0) throw YamlFailure(1, "incomplete UTF-16 character at the end");
  std::u16string units;
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    units += static_cast<char16_t>(big_endian ? first << 8 | second : second << 8 | first);
  }
  return from_utf16(units);
}

std::string unify_line_breaks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\r') {
      out += text[at];
    } else if (at + 1 == text.size() || text[at + 1] != '\n') {
      out += '\n';
    }
  }
  return out;
}

bool is_allowed(char32_t c) { return c == '\t' || c == '\n' || (c >= 0x20 && c < 0x7F) || c == 0x85 || c >= 0xA0; }

}  // namespace

std::string decode_source(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE")) return unify_line_breaks(decode_utf16(bytes.substr(2), false));
  if (bytes.starts_with("\xFE\xFF")) return unify_line_breaks(decode_utf16(bytes.substr(2), true));
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  return unify_line_breaks(bytes);
}

void check_characters(std::string_view text) {
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    if (!point.valid) throw YamlFailure(line, "invalid UTF-8");
    if (!is_allowed(point.value)) throw YamlFailure(line, "control characters are not allowed");
    if (point.value == '\n') ++line;
    at += point.length;
  }
}

std::vector<Chunk> split_documents(std::string_view text) {
  std::vector<Chunk> chunks;
  std::size_t start = 0;
  std::size_t start_line = 1;
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::size_t next = std::min(end + 1, text.size());
    const std::string_view row = text.substr(at, end - at);
    if (row.starts_with("---")) {
      const std::string rest = trim(row.substr(3));
      if (!rest.empty() && rest.front() != '#') {
        throw YamlFailure(line, fmt::format("invalid document separator: {}", rest));
      }
      chunks.push_back({text.substr(start, at - start), start_line});
      start = next;
      start_line = line + 1;
    }
    at = next;
  }
  chunks.push_back({text.substr(start), start_line});
  return chunks;
}

}  // namespace dba::codec
