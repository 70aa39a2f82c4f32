#include <array>

#include <fmt/format.h>

#include "tsql/functions/runtime.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

/// args: name of the function, its arguments
Value system_value(Environment& environment, const Type&, std::span<const Value> args) {
  return environment.system_value(text_of(args[0]), args.subspan(1));
}

Value variable(Environment& environment, const Type&, std::span<const Value> args) {
  return environment.variable(text_of(args[0]));
}

Value new_id(Environment& environment, const Type&, std::span<const Value>) {
  const std::uint64_t high = environment.random(), low = environment.random();
  return fmt::format("{:08X}-{:04X}-4{:03X}-{:04X}-{:012X}", high >> 32, (high >> 16) & 0xFFFF, high & 0xFFF,
                     0x8000U | ((low >> 48) & 0x3FFF), low & 0xFFFF'FFFF'FFFF);
}

}  // namespace

std::span<const RuntimeFunction> session_functions() {
  static constexpr auto kAll = std::to_array<RuntimeFunction>({
      {"system", &system_value, false},
      {"variable", &variable, false},
      {"newid", &new_id, false},
  });
  return kAll;
}

}  // namespace dba::sandbox::sqlserver::tsql
