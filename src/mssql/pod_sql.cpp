#include "dba/mssql/pod_sql.hpp"

#include <utility>

#include <fmt/format.h>

#include "dba/mssql/names.hpp"

#include "sqlcmd_session.hpp"

namespace dba::mssql {

std::vector<std::string> SqlAccess::names_of(std::string_view pod) const {
  return {fmt::format("{}.{}.svc", primary_service_name(database), ns),
          fmt::format("{}.{}.{}.svc", pod, name_with_suffix(database, "pods"), ns)};
}

PodSql::PodSql(kube::Client& client, std::unique_ptr<sql::Connector> connector, SqlAccess access, Exec exec,
               std::function<void(std::string_view why)> on_fallback)
    : client_(client),
      connector_(std::move(connector)),
      access_(std::move(access)),
      exec_(std::move(exec)),
      on_fallback_(std::move(on_fallback)) {}

std::unique_ptr<sql::Session> PodSql::connect(const SqlPod& pod, const SessionWish& wish,
                                              platform::SteadyTime deadline) {
  if (no_driver_ && exec_) return fall_back(pod, wish, "");
  try {
    return connector_->connect(login_to(pod, wish), deadline);
  } catch (const sql::SqlError& error) {
    if (error.failure() == sql::Failure::no_driver && exec_) return fall_back(pod, wish, error.what());
    const std::string hint = hint_for(error, wish);
    if (!hint.empty()) throw sql::SqlError(sql::Phase::connect, error.failure(), error.what(), error.records(), hint);
    const std::string words = tunnel_to(pod)->problem();
    if (error.failure() != sql::Failure::unreachable || words.empty()) throw;
    throw sql::SqlError(sql::Phase::connect, error.failure(),
                        fmt::format("nothing answers on port {} of pod \"{}\"", kSqlPort, pod.pod),
                        {{.message = words}});
  }
}

std::string PodSql::hint_for(const sql::SqlError& error, const SessionWish& wish) const {
  /// @source SQL Server: cannot open the database that the login asks for
  constexpr int kNoSuchDatabase = 4060;
  if (error.failure() == sql::Failure::login_failed)
    return fmt::format("kubectl describe secret {} -n {}", access_.secret, access_.ns);
  if (error.failure() == sql::Failure::tls)
    return fmt::format("kubectl describe certificate {} -n {}", certificate_secret_name(access_.database, "server"),
                       access_.ns);
  const sql::Diagnostic* record = error.decisive();
  if (record == nullptr || record->number != kNoSuchDatabase || wish.database.empty()) return {};
  return fmt::format("kubectl dba mssql query {} -n {} -Q 'SELECT name FROM sys.databases'", access_.database,
                     access_.ns);
}

sql::Login PodSql::login_to(const SqlPod& pod, const SessionWish& wish) {
  sql::Login login{.server = pod.pod,
                   .user = access_.user,
                   .password = access_.password,
                   .database = wish.database,
                   .read_intent = wish.read_intent,
                   .tls = {.verify = access_.verify,
                           .authorities_pem = access_.authorities_pem,
                           .expected_names = access_.names_of(pod.pod)}};
  login.dial = [tunnel = tunnel_to(pod)](platform::SteadyTime deadline, const std::stop_token& stop) {
    return tunnel->connect(deadline, stop);
  };
  return login;
}

std::shared_ptr<kube::PortForward> PodSql::tunnel_to(const SqlPod& pod) {
  const std::scoped_lock lock(mutex_);
  std::shared_ptr<kube::PortForward>& tunnel = tunnels_[pod.uid];
  if (!tunnel) {
    tunnel = std::make_shared<kube::PortForward>(
        client_, kube::PodPort{.ns = access_.ns, .pod = pod.pod, .port = kSqlPort, .uid = pod.uid});
  }
  return tunnel;
}

std::unique_ptr<sql::Session> PodSql::fall_back(const SqlPod& pod, const SessionWish& wish, std::string_view why) {
  if (!no_driver_.exchange(true) && on_fallback_) on_fallback_(why);
  return std::make_unique<SqlcmdSession>(exec_, access_, pod.pod, wish);
}

}  // namespace dba::mssql
