#include "dba/mssql/names.hpp"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "label_syntax.hpp"

namespace dba::mssql {

namespace {

constexpr std::size_t kLabelLength = 63;

std::string trim_hyphens(std::string_view text) {
  const std::size_t first = text.find_first_not_of('-');
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of('-') - first + 1));
}

}  // namespace

std::string name_with_suffix(std::string_view name, std::string_view suffix) {
  return trim_hyphens(fmt::format("{}-{}", name.substr(0, kLabelLength - suffix.size() - 1), suffix));
}

std::string primary_service_name(std::string_view database) { return std::string(database); }

std::string secondary_service_name(std::string_view database) {
  return trim_hyphens(fmt::format("{}-secondary", database).substr(0, kLabelLength));
}

std::string stats_service_name(std::string_view database) { return fmt::format("{}-stats", database); }

std::string arbiter_name(std::string_view database) { return name_with_suffix(database, "arbiter"); }

std::string pod_name(std::string_view database, int ordinal) { return fmt::format("{}-{}", database, ordinal); }

std::string auth_secret_name(std::string_view database) { return name_with_suffix(database, "auth"); }

std::string certificate_secret_name(std::string_view database, std::string_view alias) {
  return name_with_suffix(database, fmt::format("{}-cert", alias));
}

std::string login_secret_name(std::string_view database) { return name_with_suffix(database, "dbm-login"); }

std::string master_key_secret_name(std::string_view database) { return name_with_suffix(database, "master-key"); }

std::string auth_secret_of(const Json& database) {
  const std::string named = codec::string_at(database, {"spec", "authSecret", "name"});
  return named.empty() ? auth_secret_name(codec::name_of(database)) : named;
}

std::string availability_group_name(std::string_view database) {
  std::string name(database);
  std::erase_if(name, [](char c) { return !is_alphanumeric(c); });
  return name.empty() ? "DefaultGroupName" : name;
}

std::string coordinator_log_command(std::string_view ns, std::string_view pod) {
  return fmt::format("kubectl logs {} -n {} -c {}", pod, ns, kCoordinatorContainer);
}

std::string pod_selector(std::string_view database) {
  return fmt::format("{}={},{}={}", kInstanceLabel, database, kNameLabel, kNameLabelValue);
}

std::string all_pods_selector() { return fmt::format("{}={}", kNameLabel, kNameLabelValue); }

std::string endpoint_slice_selector(std::string_view database) {
  return fmt::format("{} in ({},{})", kServiceNameLabel, primary_service_name(database),
                     secondary_service_name(database));
}

int ordinal_of(std::string_view pod) {
  const std::size_t hyphen = pod.rfind('-');
  if (hyphen == std::string_view::npos || hyphen + 1 == pod.size()) return -1;
  const std::string_view digits = pod.substr(hyphen + 1);
  int ordinal = -1;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
  return failure == std::errc() && end == digits.data() + digits.size() ? ordinal : -1;
}

}  // namespace dba::mssql
