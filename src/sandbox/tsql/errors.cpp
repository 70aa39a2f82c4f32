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

void fail_too_deep(int line) { fail(191, std::string(kTooDeep), 15, 1, line); }

void fail_undeclared(std::string_view variable, int line) {
  fail(137, fmt::format("Must declare the scalar variable \"{}\".", variable), 15, 2, line);
}

void fail_object(std::string_view name, int line) {
  fail(208, fmt::format("Invalid object name '{}'.", name), 16, 1, line);
}

void fail_database(std::string_view name) {
  fail(911, fmt::format("Database '{}' does not exist. Make sure that the name is entered correctly.", name));
}

void fail_value_count() { fail(213, "Column name or number of supplied values does not match table definition."); }

void fail_column_twice(std::string_view column) {
  fail(264, fmt::format("The column name '{}' is specified more than once in the SET clause or column list of an "
                        "INSERT. A column cannot be assigned more than one value in the same clause.",
                        column));
}

void fail_unsupported(std::string_view what, int line) {
  fail(40510, fmt::format("'{}' is not simulated: this SQL Server of the sandbox has only a part of T-SQL.", what), 15,
       1, line);
}

}  // namespace dba::sandbox::sqlserver::tsql
