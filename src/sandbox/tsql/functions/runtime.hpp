#pragma once
// The functions statements call while they run: numbers in SQL text stand for them (store/connection.hpp).

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "tsql/store/connection.hpp"
#include "tsql/types/moment.hpp"

namespace dba::sandbox::sqlserver::tsql {

/// What functions ask of the session they run in.
class Environment {
 public:
  virtual ~Environment() = default;
  /// A function about the server or the session ("db_name", "object_id" …); names in lower case.
  virtual Value system_value(std::string_view name, std::span<const Value> args) = 0;
  virtual Value variable(std::string_view name) const = 0;  ///< "@x"
  virtual std::uint64_t random() = 0;                       ///< For NEWID and RAND.
};

/// Arguments have been brought to the types the function takes; it makes a value of `result`.
struct RuntimeFunction {
  std::string_view name;
  Value (*run)(Environment& environment, const Type& result, std::span<const Value> args);
  bool strict = true;  ///< NULL when an argument is NULL.
};

/// What stands for a function in SQL text. @throws std::logic_error when there is none of that name
int function_number(std::string_view name);
int aggregate_number(std::string_view name);

class RuntimeFunctions final : public Functions {
 public:
  explicit RuntimeFunctions(Environment& environment) : environment_(environment) {}
  Value call(int number, const Type& result, std::span<const Value> args) override;
  std::unique_ptr<Aggregate> aggregate(int number, const Type& result) override;

 private:
  Environment& environment_;
};

std::span<const RuntimeFunction> arithmetic_functions();
std::span<const RuntimeFunction> number_functions();
std::span<const RuntimeFunction> text_functions();
std::span<const RuntimeFunction> search_functions();
std::span<const RuntimeFunction> time_functions();
std::span<const RuntimeFunction> session_functions();

/// By name: "sum", "avg", "sum_distinct", "avg_distinct", "string_agg", "single".
struct AggregateFunction {
  std::string_view name;
  std::unique_ptr<Aggregate> (*make)(const Type& result);
};
std::span<const AggregateFunction> aggregate_functions();

// What the functions share.
std::int64_t integer_of(const Value& value);
double double_of(const Value& value);
const std::string& text_of(const Value& value);

}  // namespace dba::sandbox::sqlserver::tsql
