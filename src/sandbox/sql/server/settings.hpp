#pragma once
// What an MSSQLServer and its pods say about the SQL Servers in them. Read from KubeDB's objects anew, as somebody who
// only knows the manifests would.
// @source kubedb.md 1.1, 1.2, 1.3, 3.7 of mssql.md

#include <cstdint>
#include <string>
#include <vector>

#include "dba/codec/json.hpp"

#include "sql/server/version.hpp"

namespace dba::sandbox::sqlserver {

/// How a secondary answers: SECONDARY_ROLE (ALLOW_CONNECTIONS = NO | READ_ONLY | ALL).
enum class SecondaryAccess { none, read_only, all };

struct DistributedSettings {
  std::string remote_group{}, remote_url{}, own_url{};
  bool primary = true;  ///< Its side takes the writes.
  friend bool operator==(const DistributedSettings&, const DistributedSettings&) = default;
};

struct DatabaseSettings {
  std::string ns{}, name{}, uid{};
  bool clustered = false;  ///< HADR is on: there is an availability group.
  int replicas = 1;
  std::string group{};                   ///< Its name.
  std::vector<std::string> databases{};  ///< Of the group.
  SecondaryAccess access = SecondaryAccess::none;
  bool distributed = false;
  DistributedSettings dag{};
  std::string auth_secret{}, server_cert_secret{}, endpoint_cert_secret{};
  bool client_tls = false;
  std::string issuer_kind{}, issuer{};
  std::string pid{};      ///< MSSQL_PID
  std::string version{};  ///< KubeDB's name for it.
  friend bool operator==(const DatabaseSettings&, const DatabaseSettings&) = default;
};

DatabaseSettings database_settings(const Json& mssqlserver);
/// The version that a pod's image holds; the database's when the pod has no image of ours.
Version version_in(const Json& pod, const DatabaseSettings& settings);
/// The name that the availability group of a database gets: letters and digits only. @source kubedb.md 1.2
std::string group_name(std::string_view database);

}  // namespace dba::sandbox::sqlserver
