#include "tds/tokens.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tds/bytes.hpp"
#include "tds/login.hpp"
#include "tds/text.hpp"
#include "tds/types.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

constexpr std::uint8_t kReturnStatus = 0x79, kColumns = 0x81, kError = 0xaa, kInfo = 0xab, kReturnValue = 0xac,
                       kLoginAcknowledgement = 0xad, kFeatures = 0xae, kRow = 0xd1, kRowWithoutNulls = 0xd2,
                       kChange = 0xe3;
constexpr std::uint8_t kCollationChange = 7, kBegun = 8, kCommitted = 9, kRolledBack = 10, kResetDone = 18;
constexpr std::uint8_t kUtf8Feature = 0x0a;
constexpr std::uint16_t kNullable = 0x0001, kUpdatableUnknown = 0x0008;
/// @source SQL Server's own messages end there
constexpr std::size_t kLongestMessage = 2047;

void append_byte(std::string& out, std::uint8_t byte) { out += static_cast<char>(byte); }

/// Text with the number of its characters before it; what is too long is cut.
void append_counted(std::string& out, std::string_view text, std::size_t size_of_count, std::size_t most) {
  const std::string units = to_utf16(text);
  const std::size_t count = std::min(most, units.size() / 2);
  append_le(out, count, size_of_count);
  out.append(units, 0, 2 * count);
}

void append_short_text(std::string& out, std::string_view text) { append_counted(out, text, 1, 255); }

/// A token whose length stands behind its number.
void append_with_length(std::string& out, std::uint8_t number, std::string_view body) {
  append_byte(out, number);
  append_le(out, body.size(), 2);
  out += body;
}

std::uint16_t flags(bool nullable) { return nullable ? kNullable | kUpdatableUnknown : kUpdatableUnknown; }

void append_plain_row(std::string& out, const std::vector<Column>& columns, const std::vector<Value>& row) {
  append_byte(out, kRow);
  for (std::size_t i = 0; i < columns.size(); ++i) append_value(out, columns[i], row[i]);
}

void append_row_without_nulls(std::string& out, const std::vector<Column>& columns, const std::vector<Value>& row) {
  append_byte(out, kRowWithoutNulls);
  const std::size_t bits_at = out.size();
  out.append((columns.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (std::holds_alternative<std::monostate>(row[i])) {
      char& byte = out[bits_at + i / 8];
      byte = static_cast<char>(byte | 1 << i % 8);
    } else {
      append_value(out, columns[i], row[i]);
    }
  }
}

/// Bytes that NULL takes in a plain row.
std::size_t null_size(const Column& column) {
  std::string bytes;
  append_value(bytes, column, Value{});
  return bytes.size();
}

bool is_shorter_without_nulls(const std::vector<Column>& columns, const std::vector<Value>& row) {
  std::size_t saved = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (std::holds_alternative<std::monostate>(row[i])) saved += null_size(columns[i]);
  }
  return saved > (columns.size() + 7) / 8;
}

}  // namespace

void append_done(std::string& out, DoneKind kind, const Done& done) {
  append_byte(out, static_cast<std::uint8_t>(kind));
  append_le(out, done.status, 2);
  append_le(out, static_cast<std::uint16_t>(done.command), 2);
  append_le(out, done.rows, 8);
}

void append_message(std::string& out, const Message& message, std::string_view server) {
  std::string body;
  append_le(body, static_cast<std::uint32_t>(message.number), 4);
  append_le(body, static_cast<std::uint32_t>(message.state), 1);
  append_le(body, static_cast<std::uint32_t>(message.severity), 1);
  append_counted(body, message.text, 2, kLongestMessage);
  append_short_text(body, server);
  append_short_text(body, message.procedure);
  append_le(body, static_cast<std::uint32_t>(message.line), 4);
  append_with_length(out, message.severity > 10 ? kError : kInfo, body);
}

void append_change(std::string& out, Change what, std::string_view now, std::string_view before) {
  std::string body(1, static_cast<char>(what));
  append_short_text(body, now);
  append_short_text(body, before);
  append_with_length(out, kChange, body);
}

void append_collation_change(std::string& out) {
  std::string body{static_cast<char>(kCollationChange), static_cast<char>(kCollation.size())};
  body += kCollation;
  body += '\0';
  append_with_length(out, kChange, body);
}

void append_transaction_change(std::string& out, ResultSink::Transaction what, std::uint64_t descriptor) {
  const std::string no_descriptor(1, '\0');
  std::string described(1, '\x08');
  append_le(described, descriptor, 8);
  if (what == ResultSink::Transaction::begun) {
    append_with_length(out, kChange, static_cast<char>(kBegun) + described + no_descriptor);
  } else {
    const std::uint8_t kind = what == ResultSink::Transaction::committed ? kCommitted : kRolledBack;
    append_with_length(out, kChange, static_cast<char>(kind) + no_descriptor + described);
  }
}

void append_reset(std::string& out) {
  append_with_length(out, kChange, std::string{static_cast<char>(kResetDone), 0, 0});
}

void append_login_acknowledgement(std::string& out, std::uint32_t version, const ServerIdentity& server) {
  std::string body(1, '\x01');  // the dialect: T-SQL
  append_be(body, version, 4);
  append_short_text(body, "Microsoft SQL Server");
  body += static_cast<char>(server.major);
  body += static_cast<char>(server.minor);
  append_be(body, static_cast<std::uint64_t>(server.build), 2);
  append_with_length(out, kLoginAcknowledgement, body);
}

void append_features(std::string& out, const std::vector<std::uint8_t>& asked) {
  append_byte(out, kFeatures);
  if (std::find(asked.begin(), asked.end(), kUtf8Feature) != asked.end()) {
    append_byte(out, kUtf8Feature);
    append_le(out, 1, 4);
    append_byte(out, 1);
  }
  append_byte(out, kEndOfFeatures);
}

void append_columns(std::string& out, const std::vector<Column>& columns) {
  append_byte(out, kColumns);
  append_le(out, columns.size(), 2);
  for (const Column& column : columns) {
    append_le(out, 0, 4);  // user type
    append_le(out, flags(column.nullable), 2);
    append_type(out, column.type, column.nullable);
    append_short_text(out, column.name);
  }
}

void append_row(std::string& out, const std::vector<Column>& columns, const std::vector<Value>& row, bool compressed) {
  if (row.size() != columns.size()) {
    throw Error(ExitCode::unexpected, fmt::format("a row of {} values for {} columns", row.size(), columns.size()));
  }
  const std::size_t begun_at = out.size();
  try {
    if (compressed && is_shorter_without_nulls(columns, row)) {
      append_row_without_nulls(out, columns, row);
    } else {
      append_plain_row(out, columns, row);
    }
  } catch (const Error&) {
    out.resize(begun_at);  // Nobody can read half a row.
    throw;
  }
}

void append_return_status(std::string& out, std::int32_t status) {
  append_byte(out, kReturnStatus);
  append_le(out, static_cast<std::uint32_t>(status), 4);
}

void append_return_value(std::string& out, const Parameter& parameter, std::uint16_t ordinal) {
  append_byte(out, kReturnValue);
  append_le(out, ordinal, 2);
  append_short_text(out, parameter.name);
  append_byte(out, 1);   // an output parameter
  append_le(out, 0, 4);  // user type
  append_le(out, 0, 2);  // flags
  append_type(out, parameter.type, true);
  append_value(out, {.name = parameter.name, .type = parameter.type}, parameter.value);
}

}  // namespace dba::sandbox::sqlserver::tds
