// Resource flags of a container.

#include <cstdint>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/quantity.hpp"
#include "dba/mssql/database_spec.hpp"

#include "json_edit.hpp"
#include "quantities.hpp"

namespace dba::mssql {

namespace {

constexpr std::int64_t kMostMilliCores = 1'024'000;  ///< More than any machine has: the unit is wrong.
constexpr std::int64_t kLeastBytes = std::int64_t{1} << 20;

Quantity parse_positive(std::string_view flag, std::string_view text) {
  try {
    Quantity quantity = Quantity::parse(text);
    if (!quantity.is_negative() && !quantity.is_zero()) return quantity;
  } catch (const Error& error) {
    throw usage_error(fmt::format("{}: {}", flag, error.what()));
  }
  throw usage_error(fmt::format("{}: \"{}\" must be more than 0", flag, text));
}

/// What a number without its unit, or with a unit of CPU, most likely meant: 4 → 4Gi, 500m → 500Mi.
std::string with_unit_of_bytes(std::string_view text) {
  const std::string_view number = text.substr(0, text.find_first_not_of("+0123456789."));
  return fmt::format("{}{}", number, number.find('.') == std::string_view::npos && number.size() >= 3 ? "Mi" : "Gi");
}

/// @throws Error (usage) for what is a size, or more than a machine can have.
std::string core_quantity(std::string_view flag, std::string_view text) {
  const Quantity cores = parse_positive(flag, text);
  if (text.ends_with('i') || cores.milli_rounded_up() > kMostMilliCores)
    throw usage_error(fmt::format(
        "{}: \"{}\" is no number of cores up to 1024: its unit is wrong, write cores such as 2 or 500m", flag, text));
  return cores.text();
}

class ResourceBuilder {
 public:
  ResourceBuilder(const ResourceFlags& flags, const Json& base, Notices& notices, Problems& problems)
      : flags_(flags), resources_(base), notices_(notices), problems_(problems) {
    if (resources_.is_null()) resources_ = Json::object();
  }

  Json build() {
    refuse_both("--cpu", flags_.cpu, "--cpu-request", flags_.cpu_request);
    refuse_both("--memory", flags_.memory, "--memory-request", flags_.memory_request);
    refuse_both("--memory", flags_.memory, "--memory-limit", flags_.memory_limit);
    put("--cpu", flags_.cpu, "cpu", {"requests"});
    put("--memory", flags_.memory, "memory", {"requests", "limits"});
    put("--cpu-request", flags_.cpu_request, "cpu", {"requests"});
    put("--memory-request", flags_.memory_request, "memory", {"requests"});
    put("--cpu-limit", flags_.cpu_limit, "cpu", {"limits"});
    put("--memory-limit", flags_.memory_limit, "memory", {"limits"});
    return std::move(resources_);
  }

 private:
  void refuse_both(std::string_view one, const std::optional<std::string>& first, std::string_view other,
                   const std::optional<std::string>& second) {
    if (first && second) problems_.add(one, fmt::format("cannot be combined with {}, which it also sets", other));
  }

  void put(std::string_view flag, const std::optional<std::string>& typed, const char* resource,
           std::initializer_list<std::string_view> groups) {
    if (!typed) return;
    try {
      const bool bytes = std::string_view(resource) == "memory";
      const std::string text = bytes ? byte_quantity(flag, *typed, notices_) : core_quantity(flag, *typed);
      for (const std::string_view group : groups) object_at(resources_, {group})[resource] = text;
    } catch (const Error& error) {
      problems_.add("", error.what());
    }
  }

  const ResourceFlags& flags_;
  Json resources_;
  Notices& notices_;
  Problems& problems_;
};

}  // namespace

bool ResourceFlags::any() const { return cpu || memory || cpu_request || memory_request || cpu_limit || memory_limit; }

Json build_resources(const ResourceFlags& flags, const Json& base, Notices& notices, Problems& problems) {
  return ResourceBuilder(flags, base, notices, problems).build();
}

std::string byte_quantity(std::string_view flag, std::string_view text, Notices& notices) {
  const Quantity size = parse_positive(flag, text);
  if (size < Quantity::from_bytes(kLeastBytes))
    throw usage_error(fmt::format("{}: \"{}\" is less than 1Mi: its unit is missing or wrong, such as in {}", flag,
                                  text, with_unit_of_bytes(text)));
  if (size.units_rounded_up() == std::numeric_limits<std::int64_t>::max())
    throw usage_error(fmt::format("{}: \"{}\" is not less than 8Ei, which no size can be", flag, text));
  bool rounded = false;
  std::string written = size.whole_bytes_text(rounded);
  if (rounded) notices.push_back(fmt::format("{} {} is no whole number of bytes, written as {}", flag, text, written));
  return written;
}

std::optional<Quantity> quantity_from(const Json* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_number_integer()) return Quantity::try_parse(value->dump());
  return value->is_string() ? Quantity::try_parse(value->get_ref<const std::string&>()) : std::nullopt;
}

}  // namespace dba::mssql
