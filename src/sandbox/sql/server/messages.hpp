#pragma once
// The errors of logins and availability groups, in SQL Server's words. @source mssql.md 4.6, appendix B; sys.messages

#include <string_view>
#include <vector>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::messages {

Message login_failed(std::string_view user);               ///< 18456
Message cannot_open(std::string_view database);            ///< 4060
Message not_in_role(std::string_view database);            ///< 983
Message not_readable(std::string_view database);           ///< 976
Message read_intent_only(std::string_view database);       ///< 978
Message read_only(std::string_view database);              ///< 3906
Message recovering(std::string_view database);             ///< 922
Message restoring(std::string_view database);              ///< 927
Message log_full(std::string_view database);               ///< 9002
Message killed();                                          ///< 596
Message exists_already(std::string_view database);         ///< 1801
Message no_such_database(std::string_view database);       ///< 3701
Message in_availability_group(std::string_view database);  ///< 3752

}  // namespace dba::sandbox::sqlserver::messages
