#pragma once
// Keys and certificates made on the spot: nothing that looks like a secret lies in the repository.

#include <string>

namespace dba::test {

struct TestKeyPair {
  std::string certificate_pem{};
  std::string key_pem{};
};

/// A self-signed P-256 certificate with this common name, good for a day.
TestKeyPair make_key_pair(const std::string& common_name);

}  // namespace dba::test
