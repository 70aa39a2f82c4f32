#pragma once
// The provisioner: makes the objects of an MSSQLServer, keeps its conditions, ends it. One thread uses it.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dba/codec/json.hpp"

#include "operator/runtime/health.hpp"
#include "operator/runtime/store.hpp"
#include "operator/runtime/work_queue.hpp"
#include "operator/runtime/writer.hpp"
#include "operator/webhook.hpp"
#include "world/world.hpp"

namespace dba::sandbox::kubedb {

/// Whether the SQL Server of the pod with this uid takes connections; absent = not known.
using ListensToSql = std::function<std::optional<bool>(const std::string& pod_uid)>;

class DatabaseController {
 public:
  DatabaseController(Writer& writer, Store& store, WorkQueue& queue, world::World& world, ListensToSql listens);
  /// One look at one database. @throws kube::ApiError to be called again later.
  void reconcile(const WorkKey& key);
  /// Those that wait for something that may come from anybody: a version, an issuer, a Secret.
  const std::set<WorkKey>& waiting() const { return waiting_; }
  /// What went wrong, as an Event about the database, once until it is something else.
  void tell(const WorkKey& key, const Json& database, const std::string& trouble);

 private:
  struct Memory {
    Progress progress{};
    std::string told{};  ///< The trouble of the newest Warning.
  };

  void wake_if_disturbed(const Json& database);
  bool add_finalizer(const Json& database);
  void halt(Json& database, Json& conditions);
  void write_status(Json& database, const Json& conditions);
  void check_health(const WorkKey& key, const Json& database, Json& conditions);
  Health health_of(const Json& database) const;
  bool accepts(const Json& pod, bool if_unknown) const;

  // database_objects.cpp
  /// Makes and mends everything. @returns what is missing; empty when nothing is.
  std::string provision(Json& database);
  std::string missing_before(const Json& database) const;
  std::string missing_issuer(const Json& database) const;
  void fill_auth_secret(Json& database);
  void make_secrets(const Json& database);
  void make_certificates(const Json& database);
  void make_services(const Json& database);
  void make_petsets(const Json& database, const Json& version);

  // database_end.cpp
  void terminate(const Json& database);
  void remove_offshoots(const Json& database);
  void remove_claims(const Json& database);
  void remove_secrets(const Json& database);
  /// Secrets that other databases of its namespace have been given.
  std::set<std::string> secrets_of_others(const Json& database) const;

  Writer& writer_;
  Store& store_;
  WorkQueue& queue_;
  world::World& world_;
  ListensToSql listens_;
  std::map<WorkKey, Memory> memory_{};
  std::set<WorkKey> waiting_{};
};

}  // namespace dba::sandbox::kubedb
