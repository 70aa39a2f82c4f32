#include "tsql/functions/runtime.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "tsql/types/decimal.hpp"
#include "tsql/values.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

const std::vector<RuntimeFunction>& functions() {
  static const std::vector<RuntimeFunction> all = [] {
    std::vector<RuntimeFunction> list;
    for (const auto& part : {arithmetic_functions(), number_functions(), text_functions(), search_functions(),
                             time_functions(), session_functions()}) {
      list.insert(list.end(), part.begin(), part.end());
    }
    return list;
  }();
  return all;
}

}  // namespace

int function_number(std::string_view name) {
  static const std::map<std::string_view, int> numbers = [] {
    std::map<std::string_view, int> by_name;
    int number = 0;
    for (const RuntimeFunction& function : functions()) by_name.emplace(function.name, number++);
    return by_name;
  }();
  const auto found = numbers.find(name);
  if (found == numbers.end()) throw std::logic_error(fmt::format("no runtime function {}", name));
  return found->second;
}

int aggregate_number(std::string_view name) {
  const auto all = aggregate_functions();
  const auto found = std::ranges::find(all, name, &AggregateFunction::name);
  if (found == all.end()) throw std::logic_error(fmt::format("no aggregate {}", name));
  return static_cast<int>(found - all.begin());
}

Value RuntimeFunctions::call(int number, const Type& result, std::span<const Value> args) {
  const RuntimeFunction& function = functions().at(static_cast<std::size_t>(number));
  if (function.strict && std::ranges::any_of(args, is_null)) return {};
  return function.run(environment_, result, args);
}

std::unique_ptr<Aggregate> RuntimeFunctions::aggregate(int number, const Type& result) {
  return aggregate_functions()[static_cast<std::size_t>(number)].make(result);
}

std::int64_t integer_of(const Value& value) { return std::get<std::int64_t>(value); }

double double_of(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return to_double(parse_decimal(text_of(value)).value_or(Decimal{}));
}

const std::string& text_of(const Value& value) { return std::get<std::string>(value); }

}  // namespace dba::sandbox::sqlserver::tsql
