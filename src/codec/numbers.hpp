#pragma once
// Floating point numbers as Go prints them; the shortest digits that read back as the same number.

#include <string>

namespace dba::codec {

/// Go's encoding/json: "1.5", "1", "1e+21", "1e-7"; "null" for what JSON cannot say.
std::string json_number(double value);
/// Go's fmt %v: "1.5", "1e+06", "1e-05".
std::string go_number(double value);
std::string go_number(float value);

}  // namespace dba::codec
