#pragma once
// Whom to trust when the kubeconfig names no certificate authority.

#include <string>

#include "dba/platform/environment.hpp"

namespace dba::kube {

/// The certificates that SSL_CERT_FILE (one file) and SSL_CERT_DIR (directories with colons between) name, as PEM; the
/// one that is not set stands for the system's own places. Empty when neither is set: libcurl knows those places.
/// @throws Error (usage) when there is no certificate in any of them: trusting nobody is never what was meant.
/// @source Go crypto/x509 root_unix.go and root_linux.go, which kubectl goes by: the first readable file alone, and
///         every file of every directory, whatever its name.
std::string read_system_roots(const platform::Environment& environment);

}  // namespace dba::kube
