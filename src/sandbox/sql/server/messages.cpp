#include "sql/server/messages.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

namespace dba::sandbox::sqlserver::messages {

namespace {

Message make(int number, int severity, int state, std::string text) {
  return {.number = number, .severity = severity, .state = state, .text = std::move(text)};
}

}  // namespace

Message login_failed(std::string_view user) {
  return make(18456, 14, 1, fmt::format("Login failed for user '{}'.", user));
}

Message cannot_open(std::string_view database) {
  return make(4060, 11, 1,
              fmt::format("Cannot open database \"{}\" requested by the login. The login failed.", database));
}

Message not_in_role(std::string_view database) {
  return make(983, 14, 1,
              fmt::format("Unable to access availability database '{}' because the database replica is not in the "
                          "PRIMARY or SECONDARY role. Connections to an availability database is permitted only when "
                          "the database replica is in the PRIMARY or SECONDARY role. Try the operation again later.",
                          database));
}

Message not_readable(std::string_view database) {
  return make(976, 14, 1,
              fmt::format("The target database, '{}', is participating in an availability group and is currently not "
                          "accessible for queries. Either data movement is suspended or the availability replica is "
                          "not enabled for read access. To allow read-only access to this and other databases in the "
                          "availability group, enable read access to one or more secondary availability replicas in "
                          "the group.  For more information, see the ALTER AVAILABILITY GROUP statement in SQL Server "
                          "Books Online.",
                          database));
}

Message read_intent_only(std::string_view database) {
  return make(978, 14, 1,
              fmt::format("The target database ('{}') is in an availability group and is currently accessible for "
                          "connections when the application intent is set to read only. For more information about "
                          "application intent, see SQL Server Books Online.",
                          database));
}

Message read_only(std::string_view database) {
  return make(3906, 16, 2,
              fmt::format("Failed to update database \"{}\" because the database is read-only.", database));
}

Message recovering(std::string_view database) {
  return make(922, 14, 1,
              fmt::format("Database '{}' is being recovered. Waiting until recovery is finished.", database));
}

Message restoring(std::string_view database) {
  return make(927, 14, 2, fmt::format("Database '{}' cannot be opened. It is in the middle of a restore.", database));
}

Message log_full(std::string_view database) {
  return make(9002, 17, 2, fmt::format("The transaction log for database '{}' is full due to 'NOTHING'.", database));
}

Message killed() { return make(596, 21, 1, "Cannot continue the execution because the session is in the kill state."); }

Message exists_already(std::string_view database) {
  return make(1801, 16, 3, fmt::format("Database '{}' already exists. Choose a different database name.", database));
}

Message no_such_database(std::string_view database) {
  return make(
      3701, 11, 1,
      fmt::format("Cannot drop the database '{}', because it does not exist or you do not have permission.", database));
}

Message in_availability_group(std::string_view database) {
  return make(3752, 16, 1,
              fmt::format("The database '{}' is currently joined to an availability group.  Before you can drop the "
                          "database, you need to remove it from the availability group.",
                          database));
}

}  // namespace dba::sandbox::sqlserver::messages
