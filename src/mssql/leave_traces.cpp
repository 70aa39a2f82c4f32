#include "leave_traces.hpp"

#include <string>

namespace dba::mssql {

void leave_traces(kube::Client& client, const Json& object, const Mark& mark, std::string_view message,
                  const ChangeListener& listener) {
  if (const std::string problem = leave_marks(client, object, mark); !problem.empty()) listener.warn(problem);
  if (const std::string problem = record_event(client, object, mark, message); !problem.empty()) listener.warn(problem);
}

}  // namespace dba::mssql
