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

/// 102: "Incorrect syntax near '…'."
[[noreturn]] void fail_syntax(std::string_view near, int line);
/// 40510: what the simulation has not. @source text of Azure SQL for what it has not
[[noreturn]] void fail_unsupported(std::string_view statement, int line = 0);

}  // namespace dba::sandbox::sqlserver::tsql
