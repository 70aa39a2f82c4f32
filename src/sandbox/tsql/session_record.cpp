#include "tsql/session_record.hpp"

#include <utility>

namespace dba::sandbox::sqlserver {

SessionRecord::SessionRecord(int spid, LoginRequest login)
    : spid_(spid), login_(std::move(login)), database_(login_.database.empty() ? "master" : login_.database) {}

std::string SessionRecord::database() const {
  const std::scoped_lock lock(mutex_);
  return database_;
}

void SessionRecord::set_database(std::string name) {
  const std::scoped_lock lock(mutex_);
  database_ = std::move(name);
}

bool SessionRecord::in_transaction() const {
  const std::scoped_lock lock(mutex_);
  return in_transaction_;
}

void SessionRecord::set_in_transaction(bool open) {
  const std::scoped_lock lock(mutex_);
  in_transaction_ = open;
}

void SessionRecord::kill(Message why) {
  {
    const std::scoped_lock lock(mutex_);
    if (why_) return;
    why_ = std::move(why);
  }
  stop_.request_stop();
}

std::optional<Message> SessionRecord::killed() const {
  const std::scoped_lock lock(mutex_);
  return why_;
}

std::stop_token SessionRecord::stop() const { return stop_.get_token(); }

}  // namespace dba::sandbox::sqlserver
