#pragma once
// Whole outputs held against files in tests/golden/.

#include <string_view>

namespace dba::test {

/// Compares `got` with tests/golden/<name>. With DBA_UPDATE_GOLDEN=1 the file is rewritten and the test fails, so that
/// an updating run is never green.
void check_golden(std::string_view name, std::string_view got);

}  // namespace dba::test
