#include "tsql/errors.hpp"

#include <utility>

#include <fmt/format.h>

namespace dba::sandbox::sqlserver::tsql {

SqlError::SqlError(Message message) : message_(std::move(message)) {}

void fail(int number, std::string text, int severity, int state, int line) {
  throw SqlError(Message{number, severity, state, std::move(text), {}, line});
}

void fail_syntax(std::string_view near, int line) {
  fail(102, fmt::format("Incorrect syntax near '{}'.", near), 15, 1, line);
}

void fail_unsupported(std::string_view statement, int line) {
  fail(40510, fmt::format("Statement '{}' is not supported in this version of SQL Server.", statement), 15, 1, line);
}

}  // namespace dba::sandbox::sqlserver::tsql
