#pragma once
// Marks and Event of one finished change; what could not be left is a warning.

#include <string_view>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/mssql/change_listener.hpp"
#include "dba/mssql/marks.hpp"

namespace dba::mssql {

/// @param object  as the server has it after the change.
/// @param message of the Event: "created", "configured".
void leave_traces(kube::Client& client, const Json& object, const Mark& mark, std::string_view message,
                  const ChangeListener& listener);

}  // namespace dba::mssql
