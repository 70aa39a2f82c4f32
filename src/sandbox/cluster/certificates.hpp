#pragma once
// cert-manager's certificates: each Certificate's Secret is issued when it is missing, broken, out of date or asked for
// again, and status says so.

#include <string>

#include "cluster/certificate_check.hpp"
#include "cluster/issuers.hpp"

namespace dba::sandbox::cluster {

class Certificates {
 public:
  Certificates(Context context, Informers& informers, Issuers& issuers);

 private:
  Context context_;
  Informers& informers_;
  Issuers& issuers_;
  std::size_t controller_;

  void reconcile(const std::string& key);
  void trigger(const Json& certificate, const Violation& violation);
  void prepare(const Json& certificate);
  void say(const Json& certificate, std::string reason, std::string message, std::string_view part);
  void issue(const Json& certificate, const api::Object& secret);
  void report(const Json& certificate, const Json* secret);
  void store_secret(const Json& certificate, const api::Object& secret, const tls::KeyPair& pair,
                    const std::string& authority);
  void secret_changed(const Json& secret);
};

}  // namespace dba::sandbox::cluster
