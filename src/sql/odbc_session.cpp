#include "odbc_session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "dba/base/utf16.hpp"

#include "odbc_direct.hpp"
#include "text_cells.hpp"

namespace dba::sql {

namespace {

/// Types of Microsoft's server that ODBC itself does not know. @source msodbcsql.h
constexpr SQLSMALLINT kTime2 = -154, kTimestampOffset = -155, kXml = -152, kVariant = -150;

ValueKind kind_of(SQLSMALLINT type) {
  switch (type) {
    case SQL_BIT:
      return ValueKind::boolean;
    case SQL_TINYINT:
    case SQL_SMALLINT:
    case SQL_INTEGER:
    case SQL_BIGINT:
      return ValueKind::integer;
    case SQL_DECIMAL:
    case SQL_NUMERIC:
      return ValueKind::decimal;
    case SQL_REAL:
    case SQL_FLOAT:
    case SQL_DOUBLE:
      return ValueKind::floating;
    case SQL_BINARY:
    case SQL_VARBINARY:
    case SQL_LONGVARBINARY:
      return ValueKind::binary;
    case SQL_TYPE_DATE:
      return ValueKind::date;
    case SQL_TYPE_TIME:
    case kTime2:
      return ValueKind::time;
    case SQL_TYPE_TIMESTAMP:
      return ValueKind::timestamp;
    case SQL_GUID:
      return ValueKind::guid;
    case kTimestampOffset:
    case kXml:
    case kVariant:
    default:
      return ValueKind::text;
  }
}

/// "Changed database context …" and "Changed language setting …" come with every login and USE; nobody asked.
bool is_chatter(const Diagnostic& record) { return record.number == 5701 || record.number == 5703; }

std::vector<Diagnostic> records_of(const OdbcStatement& statement) {
  return odbc_records(SQL_HANDLE_STMT, statement.handle, *statement.api);
}

/// Its words were sent, and read by that: a failure of the driver itself could come again without end.
bool is_of_server(const SqlError& error) {
  return std::any_of(error.records().begin(), error.records().end(),
                     [](const Diagnostic& record) { return server_number(record) > 0; });
}

class Cells {
 public:
  explicit Cells(const OdbcStatement& statement) : statement_(statement) {}

  /// False when the driver fails; its records are on the statement.
  bool read(SQLUSMALLINT column, ValueKind kind, int digits, Cell& cell) {
    if (kind == ValueKind::floating) return read_fixed<double>(column, SQL_C_DOUBLE, cell, format_floating);
    if (kind == ValueKind::timestamp) {
      return read_fixed<SQL_TIMESTAMP_STRUCT>(column, SQL_C_TYPE_TIMESTAMP, cell, [&](const SQL_TIMESTAMP_STRUCT& at) {
        return format_timestamp({at.year, at.month, at.day, at.hour, at.minute, at.second, at.fraction}, digits);
      });
    }
    if (kind == ValueKind::binary) return read_binary(column, cell);
    if (!read_text(column, cell)) return false;
    if (kind == ValueKind::decimal && cell) add_leading_zero(*cell);
    return true;
  }

 private:
  template <typename Value, typename Format>
  bool read_fixed(SQLUSMALLINT column, SQLSMALLINT type, Cell& cell, const Format& format) {
    Value value{};
    SQLLEN length = 0;
    const SQLRETURN result = statement_.api->get_data(statement_.handle, column, type, &value, sizeof value, &length);
    if (!SQL_SUCCEEDED(result)) return false;
    cell = length == SQL_NULL_DATA ? std::nullopt : Cell(format(value));
    return true;
  }

  /// Long values come in pieces, each in the buffer. @param most bytes that a piece can have
  template <typename Append>
  bool read_pieces(SQLUSMALLINT column, SQLSMALLINT type, std::size_t most, Cell& cell, const Append& append) {
    while (true) {
      SQLLEN length = 0;
      const SQLRETURN result =
          statement_.api->get_data(statement_.handle, column, type, buffer_.data(), sizeof buffer_, &length);
      if (result == SQL_NO_DATA) return true;
      if (!SQL_SUCCEEDED(result)) return false;
      if (length == SQL_NULL_DATA) {
        cell.reset();
        return true;
      }
      append(length == SQL_NO_TOTAL ? most : std::min(most, static_cast<std::size_t>(length)));
      if (result == SQL_SUCCESS) return true;
    }
  }

  /// Turned into text by us: the drivers do it each in its own way, at the seams of long values as well.
  bool read_binary(SQLUSMALLINT column, Cell& cell) {
    std::string& text = cell.emplace("0x");
    return read_pieces(column, SQL_C_BINARY, sizeof buffer_, cell,
                       [&](std::size_t bytes) { append_hex(buffer_.data(), bytes, text); });
  }

  bool read_text(SQLUSMALLINT column, Cell& cell) {
    constexpr std::size_t kMost = sizeof buffer_ - sizeof(char16_t);  // the last one ends the text
    std::string& text = cell.emplace();
    Utf16Reader reader;
    const auto append = [&](std::size_t bytes) { reader.append({buffer_.data(), bytes / sizeof(char16_t)}, text); };
    if (!read_pieces(column, SQL_C_WCHAR, kMost, cell, append)) return false;
    if (cell) reader.finish(text);
    return true;
  }

  OdbcStatement statement_;
  std::array<char16_t, 4096> buffer_{};
};

}  // namespace

std::optional<SqlError> relay_failure(Phase phase, RelayEnd end, std::string_view what) {
  switch (end) {
    case RelayEnd::deadline:
      return SqlError(phase, Failure::timed_out, fmt::format("SQL Server did not answer in time while {}", what));
    case RelayEnd::interrupted:
      return SqlError(phase, Failure::interrupted, fmt::format("interrupted while {}", what));
    case RelayEnd::none:
    case RelayEnd::server_closed:
    case RelayEnd::driver_closed:
    case RelayEnd::broken:
      break;
  }
  return std::nullopt;
}

struct OdbcSession::Description {
  std::vector<Column> columns{};
  std::vector<int> digits{};  ///< Of each, behind the point of a second.
};

OdbcSession::OdbcSession(std::unique_ptr<Relay> relay, OdbcHandle connection, std::string driver_file)
    : relay_(std::move(relay)), connection_(std::move(connection)), driver_file_(std::move(driver_file)) {
  relay_->set_deadline(std::nullopt);
}

OdbcSession::~OdbcSession() { odbc().disconnect(connection_.get()); }

bool OdbcSession::is_dead() const {
  SQLUINTEGER dead = SQL_CD_FALSE;
  odbc().get_connect_attr(connection_.get(), SQL_ATTR_CONNECTION_DEAD, &dead, sizeof dead, nullptr);
  return dead == SQL_CD_TRUE || relay_->ended() != RelayEnd::none;
}

void OdbcSession::fail(std::vector<Diagnostic> records) {
  auto failure = relay_failure(Phase::execute, relay_->ended(), "running a statement");
  if (!failure) {
    std::erase_if(records, is_chatter);
    const Failure kind = classify(Phase::execute, records, is_dead());
    const auto* message = kind == Failure::connection_lost || kind == Failure::killed
                              ? "the connection to SQL Server broke while running a statement"
                              : "SQL Server refused the statement";
    failure.emplace(Phase::execute, kind, message, std::move(records));
  }
  usable_ = !failure->connection_dead();
  throw std::move(*failure);
}

void OdbcSession::run(std::string_view batch, ResultReader& reader, platform::SteadyTime deadline) {
  relay_->set_deadline(deadline);
  const OdbcHandle statement(SQL_HANDLE_STMT, connection_.get());
  std::u16string text = to_utf16(batch);
  const SQLRETURN first =
      odbc().exec_direct(statement.get(), odbc_text(text.data()), static_cast<SQLINTEGER>(text.size()));
  read_results({&odbc(), statement.get()}, first, reader);
  relay_->set_deadline(std::nullopt);
}

void OdbcSession::read_results(OdbcStatement statement, SQLRETURN first, ResultReader& reader) {
  std::optional<SqlError> refusal;
  // NO_DATA from the execution itself is a statement that changed no row; from SQLMoreResults it is the end.
  bool executed = true;
  for (SQLRETURN result = first; executed || result != SQL_NO_DATA;
       result = statement.api->more_results(statement.handle)) {
    const bool first_failed = std::exchange(executed, false) && result != SQL_NO_DATA && !SQL_SUCCEEDED(result);
    try {
      if (result != SQL_NO_DATA && !SQL_SUCCEEDED(result)) fail(records_of(statement));
      if (result == SQL_SUCCESS_WITH_INFO) {
        for (const Diagnostic& record : records_of(statement)) {
          if (!is_chatter(record)) reader.message(record);
        }
      }
      read_result(statement, reader);
    } catch (const SqlError& error) {
      if (error.connection_dead()) throw;
      hand_over(error, reader);
      if (!refusal) refusal = error;
      if (!is_of_server(error)) break;
    }
    if (first_failed) {
      const auto direct = without_manager(connection_.get(), statement.handle, driver_file_);
      if (!direct) break;
      statement = *direct;
    }
  }
  if (refusal) throw std::move(*refusal);
}

void OdbcSession::read_result(const OdbcStatement& statement, ResultReader& reader) {
  const Description description = describe(statement);
  if (!description.columns.empty()) {
    reader.columns(description.columns);
    read_rows(statement, description, reader);
  }
  SQLLEN affected = -1;
  statement.api->row_count(statement.handle, &affected);
  const bool counts = description.columns.empty() && affected >= 0;
  reader.done(counts ? std::optional<long long>(affected) : std::nullopt);
}

OdbcSession::Description OdbcSession::describe(const OdbcStatement& statement) {
  Description description;
  SQLSMALLINT count = 0;
  statement.api->num_result_cols(statement.handle, &count);
  for (SQLSMALLINT i = 1; i <= count; ++i) {
    std::array<char16_t, 1024> name{};
    SQLSMALLINT name_length = 0, type = 0, scale = 0, nullable = 0;
    SQLULEN size = 0;
    statement.api->describe_col(statement.handle, static_cast<SQLUSMALLINT>(i), odbc_text(name.data()), name.size(),
                                &name_length, &type, &size, &scale, &nullable);
    description.columns.push_back({from_odbc_text(name, name_length), kind_of(type)});
    description.digits.push_back(scale);
  }
  return description;
}

void OdbcSession::read_rows(const OdbcStatement& statement, const Description& description, ResultReader& reader) {
  const auto& [columns, digits] = description;
  Cells cells(statement);
  Row row(columns.size());
  while (true) {
    const SQLRETURN result = statement.api->fetch(statement.handle);
    if (result == SQL_NO_DATA) return;
    if (!SQL_SUCCEEDED(result)) fail(records_of(statement));
    // In ascending order: Microsoft's driver gives no column twice and none before one it has given.
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!cells.read(static_cast<SQLUSMALLINT>(i + 1), columns[i].kind, digits[i], row[i])) {
        fail(records_of(statement));
      }
    }
    reader.row(row);
  }
}

}  // namespace dba::sql
