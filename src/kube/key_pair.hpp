#pragma once
// Whether PEM texts are what a TLS connection needs, asked before one is tried.

#include <string>

#include "dba/base/secret.hpp"

namespace dba::kube {

/// What is wrong with a client certificate and its key, in Go's words; empty when they belong together.
std::string key_pair_problem(const std::string& certificate_pem, const Secret& key_pem);
/// Whether there is at least one readable certificate.
bool has_certificate(const std::string& pem);

}  // namespace dba::kube
