#pragma once
// A little certificate authority for tests of TLS: made on the spot, good for a day.

#include <string>

#include "support/test_keys.hpp"

namespace dba::test {

struct LeafOptions {
  std::string common_name = "server";
  std::string alt_names = "IP:127.0.0.1,DNS:localhost";     ///< OpenSSL's subjectAltName syntax; empty = none.
  int valid_from_seconds = -60, valid_to_seconds = 86'400;  ///< From now.
};

class TestAuthority {
 public:
  /// @param key_usage OpenSSL's keyUsage syntax; empty = no such extension.
  explicit TestAuthority(const std::string& common_name = "test CA", const std::string& key_usage = "");
  const std::string& certificate_pem() const { return pair_.certificate_pem; }
  const TestKeyPair& pair() const { return pair_; }
  /// A certificate signed by this CA, with its key.
  TestKeyPair issue(const LeafOptions& options = {}) const;

 private:
  TestKeyPair pair_;
};

}  // namespace dba::test
