#include "commands/sql_half.hpp"

#include <utility>

#include "sql/sqlcmd/sqlcmd.hpp"

namespace dba::sandbox::commands {

sqlserver::FindObject find_in(const api::Api& api) {
  return [&api](const kube::ResourceType& type, const std::string& ns,
                const std::string& name) -> std::shared_ptr<const Json> {
    const api::Resource* const kind = api::find_kind(type.api_version(), type.kind);
    return kind == nullptr || name.empty() ? nullptr : api.find(*kind, type.namespaced ? ns : "", name);
  };
}

kubedb::SqlHalf sql_half(const std::shared_ptr<sqlserver::SqlServers>& servers,
                         std::function<void(const sqlserver::MemberChange&)> also) {
  kubedb::SqlHalf half;
  half.on_role = [servers, also = std::move(also)](const kubedb::SqlRoleChange& role) {
    const sqlserver::MemberChange change{.ns = role.ns,
                                         .database = role.database,
                                         .pod = role.pod,
                                         .uid = role.uid,
                                         .ordinal = role.member,
                                         .role = role.role,
                                         .sequence_number = role.sequence_number,
                                         .running = role.process.running,
                                         .frozen = role.process.frozen,
                                         .abruptly = role.process.abruptly,
                                         .side = role.process.side,
                                         .at = role.at};
    servers->tell(change);
    if (also) also(change);
  };
  half.lsn = [servers](const std::string& ns, const std::string& database, int member) {
    return servers->worth(ns, database, member);
  };
  return half;
}

void install_sql(cluster::Cluster& cluster, const std::shared_ptr<sqlserver::SqlServers>& servers) {
  if (!servers) {
    cluster.set_listener({});
    cluster.set_sqlcmd({});
    return;
  }
  cluster.set_listener([servers](const streaming::PodRef& target, int port) { return servers->connect(target, port); });
  cluster.set_sqlcmd([servers](const cluster::ProgramCall& call) {
    return sqlserver::run_sqlcmd(*servers, {.pod = call.pod,
                                            .argv = call.argv,
                                            .environment = call.environment,
                                            .files = call.files,
                                            .read = call.read,
                                            .out = call.out,
                                            .err = call.err,
                                            .stop = call.stop});
  });
}

}  // namespace dba::sandbox::commands
