#pragma once
// Distinguished names between text, pairs and OpenSSL.

#include <string>
#include <utility>
#include <vector>

#include "openssl.hpp"

namespace dba::tls {

using Subject = std::vector<std::pair<std::string, std::string>>;

/// @throws Error (usage) for an empty subject, an unknown attribute or a value that does not fit.
NameHandle make_name(const Subject& subject);
/// RFC 2253, UTF-8 kept as it is.
std::string name_text(const X509_NAME& name);

}  // namespace dba::tls
