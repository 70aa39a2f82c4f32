// What changing a live object directly would do, where an ops request is the safe way.

#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/quantity.hpp"
#include "dba/mssql/database_rules.hpp"
#include "dba/mssql/names.hpp"
#include "dba/mssql/topology.hpp"

#include "containers.hpp"
#include "flag_names.hpp"

namespace dba::mssql {

namespace {

constexpr std::string_view kSize = "spec.storage.resources.requests.storage";

std::optional<Quantity> quantity_from(const Json* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_number_integer()) return Quantity::try_parse(value->dump());
  return value->is_string() ? Quantity::try_parse(value->get_ref<const std::string&>()) : std::nullopt;
}

/// Whether everything `desired` says is so in `live`, quantities compared by value; what desired leaves open is fine.
bool is_covered(const Json* live, const Json& desired) {
  if (live == nullptr) return false;
  if (desired.is_object()) {
    for (const auto& [key, value] : desired.items()) {
      if (!is_covered(codec::find_at(*live, {key}), value)) return false;
    }
    return true;
  }
  if (*live == desired) return true;
  const std::optional<Quantity> a = quantity_from(live), b = quantity_from(&desired);
  return a && b && *a == *b;
}

class ChangeChecker {
 public:
  ChangeChecker(const Json& live, const Json& desired) : live_(live), desired_(desired) {}

  Findings check() {
    refuse_change("spec.topology.mode", {"spec", "topology", "mode"});
    refuse_change("spec.storageType", {"spec", "storageType"});
    check_size();
    advise("spec.storage.storageClassName", {"spec", "storage", "storageClassName"}, "StorageMigration");
    advise("spec.version", {"spec", "version"}, "UpdateVersion");
    advise("spec.replicas", {"spec", "replicas"}, "HorizontalScaling");
    check_resources();
    advise("spec.tls", {"spec", "tls"}, "ReconfigureTLS");
    advise("spec.configuration", {"spec", "configuration"}, "Reconfigure");
    advise("spec.authSecret", {"spec", "authSecret", "name"}, "RotateAuth");
    return std::move(findings_);
  }

 private:
  void refuse_change(std::string_view path, codec::Path steps) {
    const std::string was = codec::string_at(live_, steps), wanted = codec::string_at(desired_, steps);
    if (wanted.empty() || was == wanted) return;
    findings_.error(path, flag_for(path),
                    fmt::format("cannot become {}: the running database is {}, make a new one and move the data",
                                wanted, was.empty() ? "standalone" : was));
  }

  void check_size() {
    const codec::Path steps = {"spec", "storage", "resources", "requests", "storage"};
    const std::optional<Quantity> was = quantity_from(codec::find_at(live_, steps)),
                                  wanted = quantity_from(codec::find_at(desired_, steps));
    if (!was || !wanted || *was == *wanted) return;
    if (*wanted < *was) {
      return findings_.error(
          kSize, "--storage",
          fmt::format("{} is less than the present {}, a volume cannot shrink", wanted->text(), was->text()));
    }
    warn(kSize, "does not make the volumes grow", "VolumeExpansion");
  }

  void check_resources() {
    const Json* wanted = find_container(desired_, kDatabaseContainer);
    const Json* resources = wanted == nullptr ? nullptr : codec::find_at(*wanted, {"resources"});
    if (resources == nullptr) return;
    const Json* was = find_container(live_, kDatabaseContainer);
    if (was != nullptr && is_covered(codec::find_at(*was, {"resources"}), *resources)) return;
    warn("spec.podTemplate.spec.containers[name=mssql].resources", "goes past the operator's safe way",
         "VerticalScaling");
  }

  void advise(std::string_view path, codec::Path steps, std::string_view operation) {
    const Json* wanted = codec::find_at(desired_, steps);
    if (wanted == nullptr || is_covered(codec::find_at(live_, steps), *wanted)) return;
    warn(path, "goes past the operator's safe way", operation);
  }

  void warn(std::string_view path, std::string_view effect, std::string_view operation) {
    findings_.warn(path, flag_for(path),
                   fmt::format("changing it here {}; use an ops request of type {}", effect, operation));
  }

  const Json& live_;
  const Json& desired_;
  Findings findings_{};
};

}  // namespace

Findings check_change(const Json& live, const Json& desired) { return ChangeChecker(live, desired).check(); }

}  // namespace dba::mssql
