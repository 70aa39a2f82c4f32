#include "dba/mssql/doctor_service.hpp"

#include <algorithm>
#include <filesystem>
#include <future>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/duration.hpp"
#include "dba/base/text.hpp"
#include "dba/kube/resource.hpp"

#include "doctor_permissions.hpp"
#include "follow_object.hpp"
#include "phase.hpp"

namespace dba::mssql {

namespace {

constexpr auto kSkewWarning = std::chrono::seconds(5);
constexpr const char* kInstallKubeDb = "install KubeDB with --set global.featureGates.MSSQLServer=true";

/// Names of the resources of an API; absent when the server does not have it.
std::optional<std::vector<std::string>> resources_of(kube::Client& client, const char* api) {
  try {
    const Json answer = client.raw_get(fmt::format("/apis/{}", api));
    std::vector<std::string> names;
    if (const Json* resources = codec::find_at(answer, {"resources"}); resources != nullptr && resources->is_array()) {
      for (const Json& resource : *resources) names.push_back(codec::string_at(resource, {"name"}));
    }
    return names;
  } catch (const kube::ApiError& error) {
    using Kind = kube::ApiError::Kind;
    if (error.kind() != Kind::api_missing && error.kind() != Kind::not_found) throw;
    return std::nullopt;
  }
}

/// An API that has only some of KubeDB's databases was installed without this one.
Check examine_api(kube::Client& client, const char* api, const char* resource) {
  const auto names = resources_of(client, api);
  Check check{.name = fmt::format("crd {}", resource)};
  if (names && contains(*names, resource)) {
    check.text = fmt::format("{} is served", api);
    return check;
  }
  check.status = CheckStatus::fail;
  check.text = names ? fmt::format("{} has no {}: KubeDB was installed without featureGates.MSSQLServer", api, resource)
                     : fmt::format("{} is not served: KubeDB is not installed", api);
  check.remedy = names ? "helm upgrade kubedb … --set global.featureGates.MSSQLServer=true" : kInstallKubeDb;
  return check;
}

Check examine_namespace(kube::Client& client, std::string_view ns) {
  if (client.find(kube::resources::namespaces, "", ns))
    return {.name = "namespace", .text = fmt::format("{} is there", ns)};
  return {.name = "namespace",
          .status = CheckStatus::fail,
          .text = fmt::format("there is no namespace \"{}\"", ns),
          .remedy = fmt::format("kubectl create namespace {}", shell_quote(ns))};
}

Check examine_versions(kube::Client& client) {
  Check check{.name = "version catalog"};
  int usable = 0, deprecated = 0;
  for (const Json& version : client.list(kube::resources::mssqlserverversions, ""))
    ++(codec::bool_at(version, {"spec", "deprecated"}) ? deprecated : usable);
  check.text = fmt::format("{} usable, {} deprecated", usable, deprecated);
  if (usable > 0) return check;
  check.status = CheckStatus::fail;
  check.remedy = "helm upgrade kubedb-catalog …: it brings the MSSQLServerVersions";
  return check;
}

/// Pods of a part of the control plane by the label that Helm charts give.
Check examine_pods(kube::Client& client, const char* name, const char* label, const char* remedy) {
  Check check{.name = name};
  int ready = 0;
  const auto pods = client.list(kube::resources::pods, "",
                                kube::ListOptions{.label_selector = fmt::format("app.kubernetes.io/name={}", label)});
  for (const Json& pod : pods) ready += is_condition_true(pod, "Ready") ? 1 : 0;
  check.text = fmt::format("{} of {} pods ready", ready, pods.size());
  if (ready > 0) return check;
  // It may carry another label, or run elsewhere: that it is missing is not proven.
  check.status = pods.empty() ? CheckStatus::warn : CheckStatus::fail;
  if (pods.empty()) check.text = fmt::format("no pod is labelled app.kubernetes.io/name={}", label);
  check.remedy = remedy;
  return check;
}

Check examine_cert_manager(kube::Client& client) {
  Check check{.name = "cert-manager", .text = "cert-manager.io/v1 is served"};
  if (client.api_installed("cert-manager.io", "v1")) return check;
  return {.name = "cert-manager",
          .status = CheckStatus::fail,
          .text = "cert-manager.io/v1 is not served; every group needs an issuer",
          .remedy = "install cert-manager"};
}

Check examine_storage(kube::Client& client) {
  Check check{.name = "storage classes"};
  std::vector<std::string> names, expandable;
  std::string standard;
  for (const Json& item : client.list(kube::resources::storageclasses, "")) {
    names.push_back(codec::name_of(item));
    if (codec::annotation_of(item, "storageclass.kubernetes.io/is-default-class") == "true") standard = names.back();
    if (codec::bool_at(item, {"allowVolumeExpansion"})) expandable.push_back(names.back());
  }
  check.text =
      fmt::format("{}; default: {}; expandable: {}", names.empty() ? "none" : english_list(names),
                  standard.empty() ? "none" : standard, expandable.empty() ? "none" : english_list(expandable));
  if (names.empty()) {
    check.status = CheckStatus::fail;
    check.remedy = "install a storage driver and make a StorageClass";
  } else if (standard.empty()) {
    check.status = CheckStatus::warn;
    check.remedy = "give --storage-class to create, or make one the default";
  } else if (expandable.empty()) {
    check.status = CheckStatus::warn;
    check.remedy = "a volume can only grow on a StorageClass with allowVolumeExpansion";
  }
  return check;
}

Check examine_clock(kube::Client& client) {
  Check check{.name = "clock"};
  const std::optional<WallTime> theirs = client.server_time();
  if (!theirs) return {.name = "clock", .status = CheckStatus::unknown, .text = "the API server told no time"};
  // Theirs is cut to whole seconds, so ours has to be as well.
  const auto skew = std::chrono::floor<std::chrono::seconds>(client.clock().wall_now() - *theirs);
  const auto size = std::chrono::abs(skew);
  check.text = skew.count() == 0 ? "the same as the API server's"
                                 : fmt::format("{} {} the API server's", format_duration(size),
                                               skew.count() < 0 ? "behind" : "ahead of");
  if (size < kSkewWarning) return check;
  check.status = CheckStatus::warn;
  check.remedy = "set this machine's clock (NTP): certificates and ages are judged by it";
  return check;
}

/// A check that could not be made: forbidden is no failure of the cluster.
Check unreadable(const char* name, const Error& error) {
  return {.name = name, .status = CheckStatus::unknown, .text = why(error), .remedy = error.info().hint};
}

/// Version of Microsoft's driver: the end of its file's name. @source libmsodbcsql-18.6.so.2.1
std::string version_of(const sql::Driver& driver) {
  std::error_code ignored;
  const std::string file = std::filesystem::weakly_canonical(driver.file, ignored).filename().string();
  const std::size_t dash = file.find('-');
  const std::size_t end = file.find(".so");
  if (dash == std::string::npos || end == std::string::npos || end < dash) return {};
  std::string version = file.substr(dash + 1, end - dash - 1);
  if (file.size() > end + 4) version += file.substr(end + 3);
  return version;
}

std::string driver_text(const sql::Driver& driver) {
  const std::string version = version_of(driver);
  return fmt::format("{}{}{}", driver.name, version.empty() ? "" : " " + version,
                     driver.file.empty() || driver.file == driver.name ? "" : fmt::format(" ({})", driver.file));
}

}  // namespace

Check examine_server(kube::Client& client) {
  try {
    const Json answer = client.raw_get("/version");
    return {.name = "api server",
            .text = fmt::format("{} at {}", codec::string_at(answer, {"gitVersion"}, "?"), client.config().server)};
  } catch (const Error& error) {
    if (is_interrupt(error)) throw;
    return {.name = "api server",
            .status = CheckStatus::fail,
            .text = why(error),
            .remedy = error.info().hint.empty() ? "kubectl cluster-info" : error.info().hint};
  }
}

Check examine_drivers(const std::function<std::vector<sql::Driver>()>& list) {
  Check check{.name = "odbc driver"};
  try {
    std::vector<std::string> drivers;
    for (const sql::Driver& driver : list()) drivers.push_back(driver_text(driver));
    check.text = join(drivers, ", ");
    if (!drivers.empty()) return check;
    check.text = "unixODBC is there, but no driver for SQL Server";
    check.remedy = "apt install tdsodbc (FreeTDS), or Microsoft's msodbcsql18";
  } catch (const Error& error) {
    check.text = error.info().message;
    check.remedy = error.info().hint;
  }
  // sqlcmd in the pods stands in.
  check.status = CheckStatus::warn;
  check.text += "; sqlcmd in the pods is used instead";
  return check;
}

std::vector<Check> examine_cluster(kube::Client& client, std::string_view ns) {
  using Examine = std::function<Check()>;
  const std::vector<std::pair<const char*, Examine>> all{
      {"clock", [&] { return examine_clock(client); }},
      {"crd mssqlservers", [&] { return examine_api(client, "kubedb.com/v1alpha2", "mssqlservers"); }},
      {"crd mssqlserveropsrequests",
       [&] { return examine_api(client, "ops.kubedb.com/v1alpha1", "mssqlserveropsrequests"); }},
      {"crd mssqlserverversions",
       [&] { return examine_api(client, "catalog.kubedb.com/v1alpha1", "mssqlserverversions"); }},
      {"version catalog", [&] { return examine_versions(client); }},
      {"operator",
       [&] {
         return examine_pods(client, "operator", "kubedb-provisioner",
                             "kubectl get pods -A -l app.kubernetes.io/name=kubedb-provisioner");
       }},
      {"ops-manager",
       [&] {
         return examine_pods(client, "ops-manager", "kubedb-ops-manager",
                             "kubectl get pods -A -l app.kubernetes.io/name=kubedb-ops-manager");
       }},
      {"cert-manager", [&] { return examine_cert_manager(client); }},
      {"storage classes", [&] { return examine_storage(client); }},
      {"namespace", [&] { return examine_namespace(client, ns); }},
      {"permissions", [&] { return examine_permissions(client, ns); }},
  };
  std::vector<std::future<Check>> answers;
  for (const auto& [name, examine] : all) {
    answers.push_back(std::async(std::launch::async, [&client, name = name, &examine = examine] {
      try {
        return examine();
      } catch (const Error& error) {
        throw_if_stopped(client);
        return unreadable(name, error);
      }
    }));
  }
  std::vector<Check> checks;
  for (auto& answer : answers) checks.push_back(answer.get());
  return checks;
}

bool all_sound(const std::vector<Check>& checks) {
  return std::none_of(checks.begin(), checks.end(),
                      [](const Check& check) { return check.status == CheckStatus::fail; });
}

Json doctor_report(const std::vector<Check>& checks) {
  Json json = Json::object();
  json["apiVersion"] = "kubectl-dba/v1";
  json["kind"] = "DoctorReport";
  json["healthy"] = all_sound(checks);
  json["checks"] = to_json(checks);
  return json;
}

}  // namespace dba::mssql
