// Batches of T-SQL. What cannot be read may only end in an error for the client.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tsql/errors.hpp"
#include "tsql/syntax/parser.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace tsql = dba::sandbox::sqlserver::tsql;
  const std::string_view batch(reinterpret_cast<const char*>(data), size);
  for (const bool quoted_identifier : {true, false}) {
    try {
      static_cast<void>(tsql::parse_batch(batch, {quoted_identifier, {"@P1"}}));
    } catch (const tsql::SqlError&) {
    }
  }
  return 0;
}
