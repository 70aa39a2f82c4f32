#pragma once
// Where no ODBC driver is at hand: the sqlcmd of the pod itself, run once a batch. Its text has no types, no NULLs that
// differ from the word, and no more than 256 characters of a long value.

#include <string>
#include <string_view>

#include "dba/mssql/pod_sql.hpp"

namespace dba::mssql {

/// The command for one batch. What it reads from standard input: password, user and database a line each, then the
/// batch. None of them is part of the command.
std::vector<std::string> sqlcmd_command(const SessionWish& wish);
std::string sqlcmd_input(const SqlAccess& access, const SessionWish& wish, std::string_view batch);

/// What sqlcmd printed on standard output, handed over as if a driver had: header, rule, rows, blank line.
/// @throws Error (unexpected) for text of another shape.
void read_sqlcmd_output(std::string_view out, sql::ResultReader& reader);
/// The messages in what sqlcmd printed on standard error: "Msg 208, Level 16, State 1, Server sales-0, Line 1" and the
/// text below it; other lines are messages without a number.
std::vector<sql::Diagnostic> read_sqlcmd_messages(std::string_view err);

class SqlcmdSession : public sql::Session {
 public:
  SqlcmdSession(PodSql::Exec exec, const SqlAccess& access, std::string pod, SessionWish wish);
  void run(std::string_view batch, sql::ResultReader& reader, platform::SteadyTime deadline) override;
  bool usable() const override { return true; }
  const sql::Trust& trust() const override { return trust_; }

 private:
  PodSql::Exec exec_;
  const SqlAccess& access_;
  std::string pod_;
  SessionWish wish_;
  sql::Trust trust_{};
};

}  // namespace dba::mssql
