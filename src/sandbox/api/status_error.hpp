#pragma once
// A refusal of the simulated API server, in the API server's words.

#include <exception>
#include <string>
#include <vector>

#include "dba/codec/json.hpp"

namespace dba::sandbox::api {

struct Cause {
  std::string reason{}, message{}, field{};
};

/// Becomes a Status object and its HTTP code. Thrown inside the sandbox only; never leaves it.
class StatusError : public std::exception {
 public:
  int code = 500;
  std::string reason{}, message{};
  std::string name{}, group{}, kind{}, uid{};  ///< details
  std::vector<Cause> causes{};
  int retry_after_seconds = 0;

  const char* what() const noexcept override { return message.c_str(); }
  Json status() const;  ///< {"kind":"Status","apiVersion":"v1",…}
};

}  // namespace dba::sandbox::api
