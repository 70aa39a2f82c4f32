#pragma once
// The T-SQL engine: sessions that read batches, keep what they write in a Store, and ask a Host for everything around.

#include <memory>
#include <string_view>

#include "dba/platform/clock.hpp"

#include "tds/session.hpp"
#include "tsql/host.hpp"
#include "tsql/session_record.hpp"
#include "tsql/store/store.hpp"

namespace dba::sandbox::sqlserver {

/// A session after its login, in the database its login asked for (master when it asked for none): the instance has
/// checked the password and that the database can be opened (4060 with Host::refusal's message otherwise).
/// `host`, `store` and `clock` have to outlive it.
/// @param record shared with the instance: kill() ends the session from any thread
std::unique_ptr<Session> make_session(Host& host, Store& store, platform::Clock& clock,
                                      std::shared_ptr<SessionRecord> record);

/// What a login is told when it works: 5701 and 5703.
std::vector<Message> login_messages(std::string_view database);

}  // namespace dba::sandbox::sqlserver
