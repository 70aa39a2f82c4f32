#pragma once
// A T-SQL error on its way to the client (or to CATCH): thrown by the reader, the translation and the functions.

#include <exception>
#include <string>
#include <string_view>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tsql {

class SqlError final : public std::exception {
 public:
  /// @param message its line may be 0: the line of the statement is meant
  explicit SqlError(Message message);
  const Message& message() const { return message_; }
  Message& message() { return message_; }
  const char* what() const noexcept override { return message_.text.c_str(); }

 private:
  Message message_;
};

/// @throws SqlError always
[[noreturn]] void fail(int number, std::string text, int severity = 16, int state = 1, int line = 0);

/// What 191 says.
inline constexpr std::string_view kTooDeep =
    "Some part of your SQL statement is nested too deeply. Rewrite the query or break it up into smaller queries.";

// All throw SqlError.
[[noreturn]] void fail_syntax(std::string_view near, int line);              ///< 102
[[noreturn]] void fail_too_deep(int line);                                   ///< 191
[[noreturn]] void fail_undeclared(std::string_view variable, int line = 0);  ///< 137
[[noreturn]] void fail_object(std::string_view name, int line = 0);          ///< 208
[[noreturn]] void fail_database(std::string_view name);                      ///< 911
[[noreturn]] void fail_value_count();                                        ///< 213
[[noreturn]] void fail_column_twice(std::string_view column);                ///< 264
/// 40510: SQL Server has it, the simulation has not. @source the number Azure SQL has for such
[[noreturn]] void fail_unsupported(std::string_view what, int line = 0);

}  // namespace dba::sandbox::sqlserver::tsql
