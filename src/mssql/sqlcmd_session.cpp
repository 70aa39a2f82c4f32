#include "sqlcmd_session.hpp"

#include <algorithm>
#include <optional>
#include <regex>
#include <utility>

#include <fmt/format.h>

#include "dba/base/text.hpp"
#include "dba/mssql/names.hpp"

namespace dba::mssql {

namespace {

/// Between the columns: a character that stands in no name and hardly any value.
constexpr char kSeparator = '\x1f';

/// A login that is refused is told in words alone.
constexpr int kLoginFailed = 18456, kCannotOpenDatabase = 4060;

/// @source ODBC: SQLSTATE of what is no error
constexpr const char* kNotice = "01000";

/// A shell's exit code for a command that a signal ended is this and the signal's number.
constexpr int kKilledFrom = 128;

/// The first lines of standard input are password, user and database, all the rest is the batch.
/// @source mssql-tools: where the images have sqlcmd, and its switches
constexpr std::string_view kScript =
    "IFS= read -r SQLCMDPASSWORD; export SQLCMDPASSWORD; IFS= read -r U; IFS= read -r D; Q=$(cat); "
    "S=/opt/mssql-tools18/bin/sqlcmd; [ -x $S ] || S=/opt/mssql-tools/bin/sqlcmd; "
    "exec $S -C -S tcp:127.0.0.1,1433 -U \"$U\" -d \"$D\"{} -b -r 1 -l 5 -W -w 65535 -x -s '{}' -Q \"$Q\"";

std::vector<std::string> output_lines(std::string_view text) {
  std::vector<std::string> lines = split(text, '\n');
  for (std::string& line : lines) {
    if (line.ends_with('\r')) line.pop_back();
  }
  return lines;
}

/// The dashes below a header: as many columns, nothing but dashes in each.
bool is_rule(const std::string& line, const std::string& header) {
  const std::vector<std::string> parts = split(line, kSeparator);
  return std::count(line.begin(), line.end(), kSeparator) == std::count(header.begin(), header.end(), kSeparator) &&
         !parts.empty() && std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
           return !part.empty() && part.find_first_not_of('-') == std::string::npos;
         });
}

/// "(3 rows affected)"
std::optional<long long> count_in(const std::string& line) {
  static const std::regex kCount(R"(\((\d+) rows? affected\))");
  std::smatch match;
  return std::regex_match(line, match, kCount) ? std::optional(std::stoll(match[1])) : std::nullopt;
}

int number_in(const std::string& line) {
  if (line.find("Cannot open database") != std::string::npos) return kCannotOpenDatabase;
  return line.find("Login failed for user") != std::string::npos ? kLoginFailed : 0;
}

sql::Row cells_of(const std::string& line, std::size_t columns) {
  sql::Row row;
  for (std::string& cell : split(line, kSeparator)) {
    row.push_back(cell == "NULL" ? sql::Cell() : sql::Cell(std::move(cell)));
  }
  // split() gives nothing for an empty line, which is one empty cell.
  if (row.empty() && columns == 1) row.emplace_back("");
  return row;
}

/// The count that stands below the rows of a set, unless NOCOUNT is on.
std::optional<long long> count_below(const std::vector<std::string>& lines, std::size_t at) {
  while (at < lines.size() && lines[at].empty()) ++at;
  return at < lines.size() ? count_in(lines[at]) : std::nullopt;
}

/// A line end or separator inside of a value makes other rows and cells of it than there are.
void check_rows(const std::vector<sql::Row>& rows, std::size_t columns, std::optional<long long> count) {
  const bool whole = std::all_of(rows.begin(), rows.end(), [&](const sql::Row& row) { return row.size() == columns; });
  if (whole && (!count || *count == static_cast<long long>(rows.size()))) return;
  throw Error({.code = ExitCode::sql_unreachable,
               .message = "values with line ends cannot be read from what sqlcmd prints",
               .cause = fmt::format("{} lines for {} rows", rows.size(), count ? std::to_string(*count) : "so many"),
               .hint = "apt-get install tdsodbc"});
}

}  // namespace

std::vector<std::string> sqlcmd_command(const SessionWish& wish) {
  return {"sh", "-c", fmt::format(kScript, wish.read_intent ? " -K ReadOnly" : "", kSeparator)};
}

std::string sqlcmd_input(const SqlAccess& access, const SessionWish& wish, std::string_view batch) {
  return fmt::format("{}\n{}\n{}\n{}", access.password.reveal(), access.user, wish.database, batch);
}

void read_sqlcmd_output(std::string_view out, sql::ResultReader& reader) {
  const std::vector<std::string> lines = output_lines(out);
  const auto begins_set = [&lines](std::size_t at) {
    return at + 1 < lines.size() && is_rule(lines[at + 1], lines[at]);
  };
  std::size_t at = 0;
  bool counted = false;  // The count below the rows of a set is not that of a statement without one.
  while (at < lines.size()) {
    if (begins_set(at)) {
      std::vector<sql::Column> columns;
      for (std::string& name : split(lines[at], kSeparator)) columns.push_back({.name = std::move(name)});
      std::vector<sql::Row> rows;
      for (at += 2; at < lines.size() && !lines[at].empty() && !begins_set(at); ++at)
        rows.push_back(cells_of(lines[at], columns.size()));
      check_rows(rows, columns.size(), count_below(lines, at));
      reader.columns(columns);
      for (const sql::Row& row : rows) reader.row(row);
      reader.done(std::nullopt);
      counted = true;
    } else if (const auto count = count_in(lines[at])) {
      if (!std::exchange(counted, false)) reader.done(count);
      ++at;
    } else if (lines[at].empty()) {
      ++at;
    } else {
      throw Error(ExitCode::unexpected, "sqlcmd printed what is no result", lines[at]);
    }
  }
}

std::vector<sql::Diagnostic> read_sqlcmd_messages(std::string_view err) {
  static const std::regex kHead(
      R"(Msg (\d+), Level (\d+), State (\d+), Server [^,]*(?:, Procedure ([^,]*))?, Line (\d+))");
  std::vector<sql::Diagnostic> messages;
  for (std::string& line : output_lines(err)) {
    std::smatch match;
    const bool begun = !messages.empty() && messages.back().line && messages.back().message.empty();
    if (std::regex_match(line, match, kHead)) {
      messages.push_back({.number = std::stoi(match[1]),
                          .severity = std::stoi(match[2]),
                          .state = std::stoi(match[3]),
                          .line = std::stoi(match[5]),
                          .procedure = match[4]});
    } else if (begun) {
      messages.back().message = std::move(line);
    } else if (!line.empty()) {
      const int number = number_in(line);
      messages.push_back({.number = number, .message = std::move(line)});
    }
  }
  return messages;
}

SqlcmdSession::SqlcmdSession(PodSql::Exec exec, const SqlAccess& access, std::string pod, SessionWish wish)
    : exec_(std::move(exec)), access_(access), pod_(std::move(pod)), wish_(std::move(wish)) {}

void SqlcmdSession::run(std::string_view batch, sql::ResultReader& reader, platform::SteadyTime deadline) {
  kube::ExecRequest request{.ns = access_.ns,
                            .pod = pod_,
                            .container = std::string(kDatabaseContainer),
                            .command = sqlcmd_command(wish_),
                            .stdin_text = sqlcmd_input(access_, wish_, batch)};
  const kube::ExecResult result = exec_(request, deadline);
  const Secret wiped(std::move(request.stdin_text));
  if (result.exit_code == 0 || !result.out.empty()) read_sqlcmd_output(result.out, reader);
  std::vector<sql::Diagnostic> messages = read_sqlcmd_messages(result.err);
  if (result.exit_code == 0) {
    for (const sql::Diagnostic& message : messages) reader.message(message);
    return;
  }
  const bool by_server =
      std::any_of(messages.begin(), messages.end(), [](const auto& m) { return m.line.has_value(); });
  for (sql::Diagnostic& message : messages) {
    if (by_server && !message.line) message.sqlstate = kNotice;  // A line of PRINT between the errors.
  }
  const bool by_signal = !by_server && result.exit_code > kKilledFrom;  // Whatever it was doing.
  const sql::Phase phase = by_server || by_signal ? sql::Phase::execute : sql::Phase::connect;
  const sql::Failure failure = by_signal ? sql::Failure::connection_lost : sql::classify(phase, messages, false);
  const sql::SqlError error(phase, failure,
                            by_server
                                ? "SQL Server refused the statement"
                                : fmt::format("sqlcmd in pod \"{}\" ended with exit code {}", pod_, result.exit_code),
                            std::move(messages));
  if (by_server && !error.connection_dead()) sql::hand_over(error, reader);
  throw error;
}

}  // namespace dba::mssql
