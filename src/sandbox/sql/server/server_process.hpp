#pragma once
// One running sqlservr: takes logins, answers for its group. A restart makes another one.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/member_change.hpp"
#include "sql/server/group_servers.hpp"
#include "sql/server/settings.hpp"
#include "tds/session.hpp"
#include "tsql/host.hpp"
#include "tsql/session_record.hpp"

namespace dba::sandbox::sqlserver {

class ServerProcess final : public Instance, public Host {
 public:
  /// @param group outlives it
  ServerProcess(GroupServers& group, const DatabaseSettings& settings, const MemberChange& change);

  const std::string& name() const { return pod_; }  ///< @@SERVERNAME
  const std::string& pod_uid() const { return uid_; }
  /// Requested when the process has ended: its connections go with it.
  std::stop_token ended() const { return ended_.get_token(); }
  void end();
  void freeze(bool on) { frozen_ = on; }
  /// Of the sessions that are open.
  std::vector<std::shared_ptr<SessionRecord>> sessions() const;

  // Instance
  ServerIdentity identity() const override;
  LoginAnswer login(const LoginRequest& request) override;
  bool frozen() const override { return frozen_; }

  // Host
  std::optional<Value> server_property(std::string_view name) const override;
  std::optional<Table> system_view(std::string_view name, std::string_view database) const override;
  std::vector<std::string> system_views() const override;
  std::vector<std::string> databases() const override;
  std::optional<Message> refusal(std::string_view database, Access access, bool read_only_intent) const override;
  CommitOutcome commit(std::string_view database, std::vector<LogStatement> statements,
                       const std::stop_token& cancel) override;
  std::optional<bool> is_primary(std::string_view database) const override;
  std::optional<Message> create_database(std::string_view name) override;
  std::optional<Message> drop_database(std::string_view name) override;

 private:
  struct Open {
    std::weak_ptr<SessionRecord> record{};
    WallTime since{};
  };

  GroupServers& group_;
  const std::string ns_, database_, pod_, uid_;
  const int ordinal_;
  Version version_{};
  std::string edition_{}, pid_{};
  WallTime started_{};
  std::atomic<bool> frozen_ = false;
  std::stop_source ended_{};
  mutable std::mutex mutex_{};
  std::vector<Open> open_{};
  int next_spid_ = 51;
  /// Certificate and key made for fault tls-expired.
  mutable std::optional<std::pair<std::string, std::string>> expired_{};

  world::Victim victim() const;
  bool password_fits(const LoginRequest& request) const;
  std::shared_ptr<SessionRecord> open_session(const LoginRequest& request);
  std::pair<std::string, std::string> expired_certificate(const DatabaseSettings& settings) const;
  std::vector<views::SessionRow> session_rows() const;
};

}  // namespace dba::sandbox::sqlserver
