#include "doctor_permissions.hpp"

#include <array>
#include <future>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "dba/base/text.hpp"

namespace dba::mssql {

namespace {

struct Permission {
  std::string_view verb, group, resource, subresource;
  bool for_reading;  ///< `list`, `roles`, `replicas`, `query` cannot do without.
};

constexpr std::array<Permission, 13> kPermissions{{
    {"get", "kubedb.com", "mssqlservers", "", true},
    {"list", "kubedb.com", "mssqlservers", "", true},
    {"watch", "kubedb.com", "mssqlservers", "", true},
    {"list", "", "pods", "", true},
    {"watch", "", "pods", "", true},
    {"list", "discovery.k8s.io", "endpointslices", "", true},
    {"get", "", "secrets", "", true},
    {"create", "", "pods", "portforward", true},
    {"create", "", "pods", "exec", false},
    {"create", "kubedb.com", "mssqlservers", "", false},
    {"patch", "kubedb.com", "mssqlservers", "", false},
    {"delete", "kubedb.com", "mssqlservers", "", false},
    {"create", "ops.kubedb.com", "mssqlserveropsrequests", "", false},
}};

std::string words_of(const Permission& permission) {
  std::string resource(permission.resource);
  if (!permission.group.empty()) resource += fmt::format(".{}", permission.group);
  if (!permission.subresource.empty()) resource += fmt::format("/{}", permission.subresource);
  return fmt::format("{} {}", permission.verb, resource);
}

}  // namespace

Check examine_permissions(kube::Client& client, std::string_view ns) {
  std::vector<std::future<bool>> answers;
  for (const Permission& permission : kPermissions) {
    answers.push_back(std::async(std::launch::async, [&client, ns, permission] {
      return client.may({.verb = std::string(permission.verb),
                         .group = std::string(permission.group),
                         .resource = std::string(permission.resource),
                         .subresource = std::string(permission.subresource),
                         .ns = std::string(ns)});
    }));
  }
  Check check{.name = "permissions"};
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].get()) continue;
    missing.push_back(words_of(kPermissions[i]));
    if (kPermissions[i].for_reading) check.status = CheckStatus::fail;
    if (check.status == CheckStatus::ok) check.status = CheckStatus::warn;
  }
  check.text = missing.empty() ? fmt::format("everything the commands need in namespace \"{}\"", ns)
                               : fmt::format("in namespace \"{}\" you may not {}", ns, english_list(missing, "or"));
  if (!missing.empty()) check.remedy = "ask your administrator for these, in a Role of the namespace";
  return check;
}

}  // namespace dba::mssql
