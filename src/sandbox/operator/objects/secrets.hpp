#pragma once
// The Secrets that the operator makes itself. @source kubedb.md 4

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/timestamp.hpp"
#include "dba/codec/json.hpp"

namespace dba::sandbox::kubedb {

/// A new password of 16 letters and digits for the Secret of that name.
using NewPassword = std::function<std::string(std::string_view secret)>;

/// Auth, config and, for groups, dbm-login and master-key: those that the user has not named himself.
/// @param user_config mssql.conf of the user's own Secret; empty = none
std::vector<Json> build_secrets(const Json& database, const NewPassword& new_password, std::string_view user_config,
                                WallTime now);
/// Secrets that the user has named and must bring: auth, config, login, master key, endpoint certificate.
std::vector<std::string> brought_secret_names(const Json& database);
/// The alphabet of passwords.
std::string_view password_alphabet();
inline constexpr std::size_t kPasswordLength = 16;

}  // namespace dba::sandbox::kubedb
