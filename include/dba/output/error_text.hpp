#pragma once
// The last words of a command that failed: for people on stderr, for machines as one object on stdout.

#include <string>

#include "dba/base/error.hpp"
#include "dba/codec/json.hpp"

namespace dba::output {

/// "error: …\n  - detail\n  cause: …\n  try:   …\n"; control characters neutralised; "error:" red when coloured.
std::string error_text(const ErrorInfo& error, bool colour);
/// {"apiVersion":"kubectl-dba/v1","kind":"Error","reason":…,"message":…,"details":[…],"cause":…,"hint":…,"exitCode":…}
Json error_report(const ErrorInfo& error);

}  // namespace dba::output
