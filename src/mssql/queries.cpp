#include "queries.hpp"

#include <fmt/format.h>

namespace dba::mssql::queries {

std::string batch_of(std::string_view purpose, const std::vector<std::string_view>& parts) {
  std::string batch = fmt::format("/* kubectl-dba:{} */\n", purpose);
  for (const std::string_view part : parts) batch += part;
  return batch;
}

}  // namespace dba::mssql::queries
