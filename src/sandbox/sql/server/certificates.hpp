#pragma once
// The certificates that SQL Servers show, from the Secrets they are mounted from.

#include <string>
#include <vector>

#include "sql/member_change.hpp"
#include "sql/server/settings.hpp"
#include "sql/views/context.hpp"

namespace dba::sandbox::sqlserver {

struct CertificateFiles {
  std::string certificate_pem{}, key_pem{};  ///< Both empty when there is no such Secret.
};

CertificateFiles find_certificate(const FindObject& find, const std::string& ns, const std::string& secret);
/// One of the database's own authority, where that can be found, that ran out a day ago.
CertificateFiles make_expired_certificate(const FindObject& find, const DatabaseSettings& settings,
                                          const std::string& pod, WallTime now);
/// What sys.certificates shows of the mirroring endpoint's.
std::vector<views::CertificateRow> endpoint_certificates(const FindObject& find, const DatabaseSettings& settings);

}  // namespace dba::sandbox::sqlserver
