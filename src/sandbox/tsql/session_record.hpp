#pragma once
// What an instance knows of a session while it lives: the instance lists it, and ends it. Shared by both, thread-safe.

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver {

class SessionRecord {
 public:
  SessionRecord(int spid, LoginRequest login);

  int spid() const { return spid_; }
  const LoginRequest& login() const { return login_; }  ///< Its database is the one asked for, not the current one.

  std::string database() const;  ///< The current one.
  void set_database(std::string name);
  bool in_transaction() const;  ///< BEGIN TRAN was done (or implicit), not yet its end.
  void set_in_transaction(bool open);

  /// Ends the session: what it is running stops, its transaction is rolled back, killed() says why. The first reason
  /// counts.
  void kill(Message why);
  std::optional<Message> killed() const;
  std::stop_token stop() const;  ///< Requested by kill().

 private:
  const int spid_;
  const LoginRequest login_;
  mutable std::mutex mutex_{};
  std::string database_;
  bool in_transaction_ = false;
  std::optional<Message> why_{};
  std::stop_source stop_{};
};

}  // namespace dba::sandbox::sqlserver
