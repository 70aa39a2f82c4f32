#include "tds/requests.hpp"

#include <array>

#include <fmt/format.h>

#include "tds/text.hpp"
#include "tds/types.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

constexpr std::size_t kMostHeaders = 4096;
constexpr std::uint16_t kByNumber = 0xffff;
constexpr std::uint8_t kNextCall = 0x80, kNextCallToo = 0xff;
constexpr std::uint8_t kOutput = 0x01;
/// @source [MS-TDS] 2.2.6.9
constexpr std::uint16_t kBegin = 5, kCommit = 7, kRollBack = 8;
constexpr std::uint8_t kBeginNext = 0x01;

/// Procedures that have a number. @source [MS-TDS] 2.2.6.6
constexpr std::array<std::string_view, 16> kNumbered{"",
                                                     "sp_cursor",
                                                     "sp_cursoropen",
                                                     "sp_cursorprepare",
                                                     "sp_cursorexecute",
                                                     "sp_cursorprepexec",
                                                     "sp_cursorunprepare",
                                                     "sp_cursorfetch",
                                                     "sp_cursoroption",
                                                     "sp_cursorclose",
                                                     "sp_executesql",
                                                     "sp_prepare",
                                                     "sp_execute",
                                                     "sp_prepexec",
                                                     "sp_prepexecrpc",
                                                     "sp_unprepare"};

/// Reads over the headers (transaction, notification, trace) that begin with their whole length; a client may leave
/// them out, so what cannot be such a length is the message's own beginning.
void skip_headers(ByteReader& reader) {
  if (reader.rest().size() < 4) return;
  const std::size_t length = ByteReader(reader.rest()).u32();
  if (length >= 4 && length <= kMostHeaders) reader.take(length);
}

std::string procedure_name(ByteReader& reader) {
  const std::uint16_t length = reader.u16();
  if (length != kByNumber) return from_utf16(reader.take(2U * length));
  const std::uint16_t number = reader.u16();
  if (number == 0 || number >= kNumbered.size()) throw broken(fmt::format("there is no procedure {}", number));
  return std::string(kNumbered[number]);
}

bool at_next_call(const ByteReader& reader) {
  const auto next = static_cast<std::uint8_t>(reader.rest().front());
  return next == kNextCall || next == kNextCallToo;
}

Parameter read_parameter(ByteReader& reader) {
  Parameter parameter;
  parameter.name = from_utf16(reader.take(2U * reader.byte()));
  parameter.output = (reader.byte() & kOutput) != 0;
  read_typed_value(reader, parameter.type, parameter.value);
  return parameter;
}

}  // namespace

std::string parse_batch(std::string_view payload) {
  ByteReader reader(payload);
  skip_headers(reader);
  return from_utf16(reader.rest());
}

std::vector<Call> parse_calls(std::string_view payload) {
  std::vector<Call> calls;
  ByteReader reader(payload);
  skip_headers(reader);
  do {
    Call& call = calls.emplace_back();
    call.procedure = procedure_name(reader);
    reader.u16();  // options
    while (!reader.empty() && !at_next_call(reader)) call.parameters.push_back(read_parameter(reader));
    if (!reader.empty()) reader.byte();
  } while (!reader.empty());
  return calls;
}

TransactionRequest parse_transaction(std::string_view payload) {
  using Kind = TransactionRequest::Kind;
  ByteReader reader(payload);
  skip_headers(reader);
  const std::uint16_t number = reader.u16();
  if (number == kBegin) return {Kind::begin, false};
  if (number != kCommit && number != kRollBack) return {};
  if (!reader.empty()) reader.take(2U * reader.byte());  // its name
  const bool begin_next = !reader.empty() && (reader.byte() & kBeginNext) != 0;
  return {number == kCommit ? Kind::commit : Kind::roll_back, begin_next};
}

}  // namespace dba::sandbox::sqlserver::tds
