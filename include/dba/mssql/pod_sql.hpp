#pragma once
// SQL Server in the pods of one database, each reached through a tunnel of its own.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/secret.hpp"
#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/kube/pod_streams.hpp"
#include "dba/sql/connector.hpp"

namespace dba::mssql {

/// A pod that SQL Server runs in.
struct SqlPod {
  std::string pod{}, uid{};
};

/// What it takes to log in to the servers of one database, and what they have to show.
struct SqlAccess {
  std::string ns{}, database{};
  std::string secret{};  ///< The auth secret, which the next two are from.
  std::string user{};
  Secret password{};
  bool verify = false;            ///< spec.tls.clientTLS: the certificate is of the issuer's authority.
  std::string authorities_pem{};  ///< That authority.

  /// What a pod's certificate may be for. @source KubeDB: the Service's name, and the pod's under the governing Service
  std::vector<std::string> names_of(std::string_view pod) const;
};

/// Reads the auth secret and, where clients are to verify, the authority's certificate beside the client's.
/// @throws Error (denied) when a secret is missing, incomplete or may not be read.
SqlAccess read_sql_access(kube::Client& client, const Json& database);

struct SessionWish {
  std::string database = "master";
  bool read_intent = false;
};

/// Thread-safe. Sessions may not outlive it.
class PodSql {
 public:
  using Exec = std::function<kube::ExecResult(const kube::ExecRequest& request, platform::SteadyTime deadline)>;
  /// @param connector opens the sessions; where it has no driver, `exec` runs the pod's own sqlcmd
  /// @param on_fallback is told once why sqlcmd is used
  PodSql(kube::Client& client, std::unique_ptr<sql::Connector> connector, SqlAccess access, Exec exec = {},
         std::function<void(std::string_view why)> on_fallback = {});

  /// @throws SqlError; ApiError or Error of the tunnel.
  std::unique_ptr<sql::Session> connect(const SqlPod& pod, const SessionWish& wish, platform::SteadyTime deadline);
  /// No driver was found: every batch of what connect() gives is a run of the pod's sqlcmd, a session of its own.
  bool by_sqlcmd() const { return no_driver_; }
  const SqlAccess& access() const { return access_; }  ///< What it was made with.

 private:
  sql::Login login_to(const SqlPod& pod, const SessionWish& wish);
  /// What to do about a login or a database that was refused; empty = nothing is known.
  std::string hint_for(const sql::SqlError& error, const SessionWish& wish) const;
  std::shared_ptr<kube::PortForward> tunnel_to(const SqlPod& pod);
  std::unique_ptr<sql::Session> fall_back(const SqlPod& pod, const SessionWish& wish, std::string_view why);

  kube::Client& client_;
  std::unique_ptr<sql::Connector> connector_;
  SqlAccess access_;
  Exec exec_;
  std::function<void(std::string_view why)> on_fallback_;
  std::atomic<bool> no_driver_ = false;
  std::mutex mutex_{};
  std::map<std::string, std::shared_ptr<kube::PortForward>, std::less<>> tunnels_{};  ///< By uid; guarded by mutex_.
};

}  // namespace dba::mssql
