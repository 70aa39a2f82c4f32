#pragma once
// What a login is answered with.

#include <string>

#include "tds/login.hpp"
#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tds {

/// Asks the instance, unless the client wants what there is not here: Windows authentication, TDS before 7.3.
LoginAnswer log_in(Instance& instance, const Login& login);

/// The tokens for a client that is let in: where it is, what was agreed on, what the server is.
std::string welcome_tokens(const LoginAnswer& answer, const Login& login, const ServerIdentity& server);
/// The tokens for one that is not.
std::string refusal_tokens(const LoginAnswer& answer, const ServerIdentity& server);

}  // namespace dba::sandbox::sqlserver::tds
