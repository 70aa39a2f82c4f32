#pragma once
// What SQL Server and its driver say about a call, and what that means to us.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/error.hpp"

namespace dba::sql {

/// One record. Severity, state and line come from Microsoft's driver alone; FreeTDS does not pass them on.
struct Diagnostic {
  std::string sqlstate{};  ///< Five characters.
  int number = 0;          ///< The server's error number, or a code of the driver.
  std::optional<int> severity{}, state{}, line{};
  std::string procedure{};
  std::string message{};  ///< Without the bracketed names of driver and server in front.
};

/// What a failed call comes down to. Decided by all records together: drivers differ in their order and their
/// SQLSTATEs.
enum class Failure {
  no_driver,             ///< No driver manager, no driver, or none that could be loaded.
  unreachable,           ///< Refused, unknown, or closed before the login was answered.
  tls,                   ///< Encryption not offered, or a certificate that is not to be trusted.
  timed_out,             ///< Our deadline; whether the server still works on it is unknown.
  interrupted,           ///< The user's wish.
  not_ready,             ///< The server starts, upgrades, pauses or shuts down.
  login_failed,          ///< 18456 and its kin.
  database_unavailable,  ///< 4060, recovering, restoring, offline …
  role_changing,         ///< 983: neither primary nor secondary.
  not_readable,          ///< 976, 978, 979, 982: a secondary that lets nobody read.
  read_only,             ///< 3906: a write on a secondary.
  log_full,              ///< 9002
  permission,
  deadlock,
  lock_timed_out,
  duplicate_key,
  killed,           ///< 596: the session was ended, as by a role change.
  connection_lost,  ///< In the middle of a call: whether it was carried out is unknown.
  statement,        ///< The server refused the statement for another reason.
};

std::string_view failure_name(Failure failure);  ///< "role-changing"

/// Whether a record only tells something: PRINT, "The statement has been terminated."
bool is_notice(const Diagnostic& record);
/// The number SQL Server gave; 0 when the words are the driver's own, whose codes mean nothing to anybody.
int server_number(const Diagnostic& record);

/// When the call failed.
enum class Phase { connect, execute };

/// What the records of a failed call come down to.
/// @param dead whether the connection is gone
Failure classify(Phase phase, const std::vector<Diagnostic>& records, bool dead);

/// Takes "[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]" and the like off the front.
std::string_view without_origin(std::string_view message);

/// A failed call. Exit 4 for a refused login, 5 when otherwise no session came about or the connection broke, 124 when
/// a statement did not end in time, 7 for what the server refused.
class SqlError : public Error {
 public:
  SqlError(Phase phase, Failure failure, std::string message, std::vector<Diagnostic> records = {},
           std::string hint = {});
  Failure failure() const { return failure_; }
  const std::vector<Diagnostic>& records() const { return records_; }
  /// The record that decided; absent when it was not for the server's or driver's words.
  const Diagnostic* decisive() const;
  bool connection_dead() const;

 private:
  Failure failure_;
  std::vector<Diagnostic> records_;
};

}  // namespace dba::sql
