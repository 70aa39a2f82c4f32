#pragma once
// What a server's answers are made of. @source [MS-TDS] 2.2.7

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tds {

/// Bits of a DONE's status.
inline constexpr std::uint16_t kDoneMore = 0x01, kDoneError = 0x02, kDoneInTransaction = 0x04, kDoneCount = 0x10,
                               kDoneAttention = 0x20;

/// What a DONE tells of its statement. No driver looks at it beyond SELECT.
enum class Command : std::uint16_t { none = 0, select = 0xc1, insert = 0xc3, execute = 0xe0 };

struct Done {
  std::uint16_t status = 0;
  Command command = Command::none;
  std::uint64_t rows = 0;
};
enum class DoneKind : std::uint8_t { batch = 0xfd, procedure = 0xfe, in_procedure = 0xff };
void append_done(std::string& out, DoneKind kind, const Done& done);

/// An error or, up to severity 10, something told.
void append_message(std::string& out, const Message& message, std::string_view server);

enum class Change : std::uint8_t { database = 1, language = 2, packet_size = 4 };
void append_change(std::string& out, Change what, std::string_view now, std::string_view before);
void append_collation_change(std::string& out);
void append_transaction_change(std::string& out, ResultSink::Transaction what, std::uint64_t descriptor);
void append_reset(std::string& out);  ///< Yes, the session is as after its login.

/// @param version of TDS, as agreed on
void append_login_acknowledgement(std::string& out, std::uint32_t version, const ServerIdentity& server);
/// @param asked features the client named; UTF-8 is the one that is given
void append_features(std::string& out, const std::vector<std::uint8_t>& asked);

void append_columns(std::string& out, const std::vector<Column>& columns);
/// @param compressed whether the client knows the shorter form, without NULLs; it is taken where it is shorter
void append_row(std::string& out, const std::vector<Column>& columns, const std::vector<Value>& row, bool compressed);

void append_return_status(std::string& out, std::int32_t status);
void append_return_value(std::string& out, const Parameter& parameter, std::uint16_t ordinal);

}  // namespace dba::sandbox::sqlserver::tds
