#pragma once
// The flags of create, generate and apply as they were typed: nothing is resolved, an absent flag is an absent value.

#include <optional>
#include <string>
#include <vector>

namespace dba::mssql {

struct DatabaseOptions {
  std::string name{};               ///< Argument NAME; empty when the base file has to name it.
  std::optional<std::string> ns{};  ///< Only when -n was typed.

  std::optional<std::string> version{};
  std::optional<std::string> topology{};  ///< standalone, availability-group (ag), distributed-ag (dag)
  std::optional<int> replicas{};
  std::vector<std::string> databases{};
  std::optional<std::string> secondary_access{};  ///< passive, read-only, all

  std::optional<std::string> leader_election_period{};  ///< Durations as typed.
  std::optional<int> election_tick{};
  std::optional<int> heartbeat_tick{};
  std::optional<std::string> transfer_leadership_interval{};
  std::optional<std::string> transfer_leadership_timeout{};

  std::optional<std::string> login_secret{};
  std::optional<std::string> master_key_secret{};
  std::optional<std::string> endpoint_cert_secret{};

  std::optional<std::string> dag_role{};  ///< primary, secondary
  std::optional<std::string> dag_url{};
  std::optional<std::string> dag_remote_name{};
  std::optional<std::string> dag_remote_url{};

  std::optional<std::string> issuer{};  ///< [KIND/]NAME
  std::optional<bool> client_tls{};
  std::vector<std::string> certificates{};  ///< ALIAS:key=value,…

  /// The flag, else environment ACCEPT_EULA=Y (the command reads it); false takes back what the base accepts.
  std::optional<bool> accept_eula{};
  std::optional<std::string> edition{};
  std::vector<std::string> env{};  ///< K=V

  std::optional<std::string> cpu{};     ///< Request.
  std::optional<std::string> memory{};  ///< Request and limit.
  std::optional<std::string> cpu_request{};
  std::optional<std::string> memory_request{};
  std::optional<std::string> cpu_limit{};
  std::optional<std::string> memory_limit{};

  std::optional<std::string> storage{};
  std::optional<std::string> storage_class{};
  std::optional<std::string> access_mode{};
  std::optional<std::string> storage_type{};     ///< durable, ephemeral
  std::optional<std::string> deletion_policy{};  ///< halt, delete, wipe-out, do-not-terminate

  std::optional<std::string> config_secret{};
  std::optional<std::string> config_text{};  ///< Content of --config-file, read by the command.
  std::optional<std::string> init_configmap{};
  std::optional<std::string> init_secret{};
  std::optional<std::string> auth_secret{};

  std::optional<std::string> monitor{};  ///< prometheus-operator, prometheus, builtin
  std::optional<std::string> monitor_interval{};
  std::vector<std::string> monitor_labels{};  ///< K=V

  std::vector<std::string> services{};     ///< ALIAS=TYPE
  std::vector<std::string> labels{};       ///< K=V
  std::vector<std::string> annotations{};  ///< K=V
  std::vector<std::string> set{};          ///< PATH=VALUE, applied last, in order.
};

}  // namespace dba::mssql
