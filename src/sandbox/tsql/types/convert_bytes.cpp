#include "tsql/types/convert_bytes.hpp"

#include <fmt/format.h>

#include "tds/guid.hpp"
#include "tds/text.hpp"
#include "tsql/errors.hpp"
#include "tsql/types/convert.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string bytes_of_hex(std::string_view digits, const Type& from) {
  const auto fail_hex = [&] {
    fail(8114, fmt::format("Error converting data type {} to varbinary.", type_name(from.id)), 16, 5);
  };
  if (digits.size() % 2 != 0) fail_hex();
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_value(digits[i]), low = hex_value(digits[i + 1]);
    if (high < 0 || low < 0) fail_hex();
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string big_endian(std::int64_t value, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = size; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xFF);
  return bytes;
}

std::size_t size_of(TypeId id) {
  if (id == TypeId::bit || id == TypeId::tiny_int) return 1;
  return id == TypeId::small_int ? 2 : id == TypeId::integer ? 4 : 8;
}

std::string raw_bytes(const Value& value, const Type& from, const Type& to, int style) {
  if (is_integer(from)) {
    // The low bytes count: numbers are cut and padded on the left.
    const std::size_t size =
        is_fixed_length(to) && to.length > 0 ? static_cast<std::size_t>(to.length) : size_of(from.id);
    return big_endian(std::get<std::int64_t>(value), size);
  }
  if (is_float(from)) return {};
  const std::string& text = std::get<std::string>(value);
  if (is_bytes(from)) return text;
  if (from.id == TypeId::unique_identifier) return *tds::parse_guid(text);
  if (is_text(from) && style == 1) {
    if (!text.starts_with("0x") && !text.starts_with("0X"))
      fail(8114, fmt::format("Error converting data type {} to varbinary.", type_name(from.id)), 16, 5);
    return bytes_of_hex(std::string_view(text).substr(2), from);
  }
  if (is_text(from) && style == 2) return bytes_of_hex(text, from);
  return is_unicode(from) ? tds::to_utf16(text) : tds::to_code_page(text);
}

}  // namespace

std::string hex_text(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) fmt::format_to(std::back_inserter(text), "{:02X}", static_cast<unsigned char>(c));
  return text;
}

Value bytes_from(const Value& value, const Type& from, const Type& to, int style) {
  std::string bytes = raw_bytes(value, from, to, style);
  if (to.length >= 0) {
    const auto most = static_cast<std::size_t>(to.length);
    if (bytes.size() > most) bytes = is_integer(from) ? bytes.substr(bytes.size() - most) : bytes.substr(0, most);
    if (is_fixed_length(to)) bytes.append(most - bytes.size(), '\0');
  }
  return bytes;
}

std::int64_t integer_from_bytes(std::string_view bytes, const Type& to) {
  const std::size_t size = size_of(to.id);
  if (bytes.size() > size) bytes = bytes.substr(bytes.size() - size);
  std::uint64_t value = 0;
  for (const char c : bytes) value = (value << 8) | static_cast<unsigned char>(c);
  if (size == 4 && bytes.size() == 4) return static_cast<std::int32_t>(value);
  if (size == 2 && bytes.size() == 2) return static_cast<std::int16_t>(value);
  return static_cast<std::int64_t>(value);
}

std::string guid_from_bytes(std::string_view bytes) {
  std::string all(bytes.substr(0, tds::kGuidSize));
  all.resize(tds::kGuidSize);
  return tds::format_guid(all);
}

std::string text_of_bytes(std::string_view bytes, const Type& to, int style) {
  if (style == 1) return "0x" + hex_text(bytes);
  if (style == 2) return hex_text(bytes);
  return is_unicode(to) ? tds::from_utf16(bytes.substr(0, bytes.size() / 2 * 2)) : tds::from_code_page(bytes);
}

}  // namespace dba::sandbox::sqlserver::tsql
