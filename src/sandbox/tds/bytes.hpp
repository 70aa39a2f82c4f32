#pragma once
// Bytes of the wire: written little-endian unless said otherwise, read with every bound checked.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dba/base/error.hpp"

namespace dba::sandbox::sqlserver::tds {

/// What a client sent is not TDS; the connection ends.
Error broken(std::string_view what);

/// The lowest `size` bytes of a number, least significant first.
void append_le(std::string& out, std::uint64_t value, std::size_t size);
void append_be(std::string& out, std::uint64_t value, std::size_t size);

/// Reads from the front of bytes that somebody else keeps. Everything throws Error (unexpected) past the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  std::string_view rest() const { return bytes_; }
  std::string_view take(std::size_t count);
  std::uint64_t le(std::size_t size);  ///< A number of up to eight bytes.
  std::uint64_t be(std::size_t size);
  std::uint8_t byte() { return static_cast<std::uint8_t>(le(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(le(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(le(4)); }

 private:
  std::string_view bytes_;
};

/// A part of `whole`. @throws Error (unexpected) when it reaches beyond the end.
std::string_view part_of(std::string_view whole, std::size_t offset, std::size_t size);

}  // namespace dba::sandbox::sqlserver::tds
