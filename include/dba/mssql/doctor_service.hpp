#pragma once
// Is everything there that this tool and KubeDB need? One answer for each thing, with what to do about it.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/sql/connector.hpp"

namespace dba::mssql {

enum class CheckStatus { ok, warning, failed, unknown };

struct DoctorCheck {
  std::string name{};  ///< "storage-classes"
  CheckStatus status = CheckStatus::ok;
  std::string text{};    ///< What was found, one clause.
  std::string remedy{};  ///< One command or deed; empty when there is nothing to mend.
};

/// Asks the cluster, all checks at once. What may not be read is `unknown`, and no failure.
/// @param ns where permissions are asked for
/// @throws Error (interrupted)
std::vector<DoctorCheck> examine_cluster(kube::Client& client, std::string_view ns);

/// The API server's answer, before everything else. `failed` with its words when there is none.
DoctorCheck examine_server(kube::Client& client);
/// Drivers of this machine. @param list throws SqlError when there is no driver manager
DoctorCheck examine_drivers(const std::function<std::vector<sql::Driver>()>& list);

std::string_view status_name(CheckStatus status);
bool all_sound(const std::vector<DoctorCheck>& checks);  ///< Nothing has failed.
/// {"apiVersion":"kubectl-dba/v1","kind":"DoctorReport","healthy":…,"checks":[…]}
Json to_json(const std::vector<DoctorCheck>& checks);

}  // namespace dba::mssql
