#include "system_roots.hpp"

#include <filesystem>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/platform/files.hpp"

namespace dba::kube {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_to_try(const std::string& named) {
  if (!named.empty()) return {named};
  return {"/etc/ssl/certs/ca-certificates.crt",
          "/etc/pki/tls/certs/ca-bundle.crt",
          "/etc/ssl/ca-bundle.pem",
          "/etc/pki/tls/cacert.pem",
          "/etc/ssl/cert.pem",
          "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"};
}

std::vector<std::string> directories_to_read(const std::string& named) {
  if (!named.empty()) return split(named, ':');
  return {"/etc/ssl/certs", "/etc/pki/tls/certs"};
}

/// The certificates of a file and nothing else of it; none when it cannot be read.
std::vector<std::string> certificates_in(const fs::path& file) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----", kEnd = "-----END CERTIFICATE-----";
  std::string text;
  try {
    text = platform::read_file(file);
  } catch (const Error&) {
    return {};
  }
  std::vector<std::string> found;
  for (std::size_t begin = text.find(kBegin); begin != std::string::npos; begin = text.find(kBegin, begin)) {
    const std::size_t end = text.find(kEnd, begin);
    if (end == std::string::npos) break;
    found.push_back(text.substr(begin, end + kEnd.size() - begin) + "\n");
    begin = end;
  }
  return found;
}

std::vector<fs::path> files_in(const std::string& directory) {
  std::vector<fs::path> files;
  std::error_code failure;
  for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end; entry.increment(failure)) {
    std::error_code unreadable;
    if (entry->is_regular_file(unreadable)) files.push_back(entry->path());
  }
  return files;
}

}  // namespace

std::string read_system_roots(const platform::Environment& environment) {
  const std::string file = environment.get("SSL_CERT_FILE"), directories = environment.get("SSL_CERT_DIR");
  if (file.empty() && directories.empty()) return {};
  std::set<std::string> roots;  // The bundle and the directory beside it hold the same ones.
  for (const std::string& path : files_to_try(file)) {
    for (std::string& certificate : certificates_in(path)) roots.insert(std::move(certificate));
    if (!roots.empty()) break;
  }
  for (const std::string& directory : directories_to_read(directories)) {
    for (const fs::path& path : files_in(directory)) {
      for (std::string& certificate : certificates_in(path)) roots.insert(std::move(certificate));
    }
  }
  if (roots.empty())
    throw usage_error(fmt::format("SSL_CERT_FILE=\"{}\" and SSL_CERT_DIR=\"{}\" name no file with a PEM certificate",
                                  file, directories));
  std::string pem;
  for (const std::string& certificate : roots) pem += certificate;
  return pem;
}

}  // namespace dba::kube
