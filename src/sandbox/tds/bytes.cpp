#include "tds/bytes.hpp"

#include <fmt/format.h>

namespace dba::sandbox::sqlserver::tds {

Error broken(std::string_view what) {
  return {ExitCode::unexpected, fmt::format("what the client sent is not TDS: {}", what)};
}

void append_le(std::string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

void append_be(std::string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = size; i > 0; --i) out += static_cast<char>(value >> (8 * (i - 1)) & 0xff);
}

std::string_view ByteReader::take(std::size_t count) {
  if (count > bytes_.size()) throw broken("it ends too early");
  const std::string_view taken = bytes_.substr(0, count);
  bytes_.remove_prefix(count);
  return taken;
}

std::uint64_t ByteReader::le(std::size_t size) {
  const std::string_view taken = take(size);
  std::uint64_t value = 0;
  for (std::size_t i = size; i > 0; --i) value = value << 8U | static_cast<std::uint8_t>(taken[i - 1]);
  return value;
}

std::uint64_t ByteReader::be(std::size_t size) {
  std::uint64_t value = 0;
  for (const char byte : take(size)) value = value << 8U | static_cast<std::uint8_t>(byte);
  return value;
}

std::string_view part_of(std::string_view whole, std::size_t offset, std::size_t size) {
  if (offset > whole.size() || size > whole.size() - offset) throw broken("an offset points outside of it");
  return whole.substr(offset, size);
}

}  // namespace dba::sandbox::sqlserver::tds
