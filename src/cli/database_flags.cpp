#include "database_flags.hpp"

#include <iterator>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"

#include "completers.hpp"
#include "database_argument.hpp"

namespace dba::cli {

namespace {

/// Names of the objects of one cluster-wide or namespaced resource.
Completer complete_objects(const kube::ResourceType& type) {
  return [&type](AppContext& context, std::string_view) {
    Completions all;
    kube::Client& client = context.kube();
    client.list(type, type.namespaced ? client.config().ns : "", {.metadata_only = true},
                [&all](Json&& item) { all.items.push_back({.value = codec::name_of(item)}); });
    return all;
  };
}

std::vector<Flag> database_part(mssql::DatabaseOptions& o) {
  return {
      {.name = "version",
       .value = "VERSION",
       .help = "Name of an MSSQLServerVersion (= the newest of the catalog that is not deprecated)",
       .into = &o.version,
       .complete = complete_versions},
      {.name = "topology",
       .value = "MODE",
       .help =
           "How the replicas stand together (= availability-group when --databases or several --replicas are given)",
       .into = &o.topology,
       .one_of = {"standalone", "availability-group", "distributed-ag"},
       .aliases = {{"ag", "availability-group"}, {"dag", "distributed-ag"}},
       .any_spelling = true},
      {.name = "replicas",
       .value = "COUNT",
       .help = "Number of data replicas, without the arbiter (= 3 in a group)",
       .into = &o.replicas},
      {.name = "databases",
       .value = "NAMES",
       .help = "Databases of the availability group, with commas between",
       .into = &o.databases,
       .split_commas = true},
      {.name = "secondary-access",
       .value = "MODE",
       .help = "Which connections secondaries accept",
       .into = &o.secondary_access,
       .one_of = {"passive", "read-only", "all"},
       .any_spelling = true},
      {.name = "accept-eula",
       .help = "Accept the licence terms of SQL Server (or environment variable ACCEPT_EULA=Y)",
       .into = &o.accept_eula,
       .typed_only = true},
      {.name = "edition",
       .value = "PID",
       .help = "Edition or product key, as MSSQL_PID (= Developer)",
       .into = &o.edition,
       .complete = complete_words({"Developer", "Express", "Standard", "Enterprise", "EnterpriseCore", "Evaluation"})},
      {.name = "env",
       .value = "NAME=VALUE",
       .help = "Environment variable of the SQL Server container, repeatable",
       .into = &o.env},
      {.name = "auth-secret",
       .value = "SECRET",
       .help = "Secret with username sa and the password (= made by the operator)",
       .into = &o.auth_secret,
       .complete = complete_objects(kube::resources::secrets)},
      {.name = "deletion-policy",
       .value = "POLICY",
       .help = "What deleting the database removes",
       .into = &o.deletion_policy,
       .one_of = {"halt", "delete", "wipe-out", "do-not-terminate"},
       .any_spelling = true},
  };
}

std::vector<Flag> tls_part(mssql::DatabaseOptions& o) {
  return {
      {.name = "issuer",
       .value = "[KIND/]NAME",
       .help = "Issuer of cert-manager, or ClusterIssuer/NAME, that signs the certificates",
       .into = &o.issuer,
       .complete = complete_objects(kube::resources::issuers)},
      {.name = "client-tls", .help = "Clients have to use TLS with a certificate of the issuer", .into = &o.client_tls},
      {.name = "certificate",
       .value = "ALIAS:KEY=VALUE,…",
       .help = "Details of the certificate server, client or endpoint (organization, organizational-unit, country, "
               "locality, province, dns, ip, uri, email, duration, secret-name), repeatable",
       .into = &o.certificates},
  };
}

std::vector<Flag> resources_part(mssql::DatabaseOptions& o) {
  return {
      {.name = "cpu", .value = "CORES", .help = "Requested CPU, e.g. 500m or 2", .into = &o.cpu},
      {.name = "memory", .value = "SIZE", .help = "Requested memory and its limit, e.g. 4Gi", .into = &o.memory},
      {.name = "cpu-request", .value = "CORES", .help = "Requested CPU", .into = &o.cpu_request},
      {.name = "memory-request", .value = "SIZE", .help = "Requested memory", .into = &o.memory_request},
      {.name = "cpu-limit", .value = "CORES", .help = "Limit of CPU", .into = &o.cpu_limit},
      {.name = "memory-limit", .value = "SIZE", .help = "Limit of memory", .into = &o.memory_limit},
  };
}

std::vector<Flag> storage_part(mssql::DatabaseOptions& o) {
  return {
      {.name = "storage", .value = "SIZE", .help = "Volume of each replica, e.g. 10Gi", .into = &o.storage},
      {.name = "storage-class",
       .value = "NAME",
       .help = "StorageClass of the volumes (= the cluster's default class)",
       .into = &o.storage_class,
       .complete = complete_objects(kube::resources::storageclasses)},
      {.name = "access-mode",
       .value = "MODE",
       .help = "Access mode of the volumes (= ReadWriteOnce)",
       .into = &o.access_mode,
       .complete = complete_words({"ReadWriteOnce", "ReadWriteOncePod"})},
      {.name = "storage-type",
       .value = "TYPE",
       .help = "Whether data outlives a pod",
       .into = &o.storage_type,
       .one_of = {"durable", "ephemeral"},
       .any_spelling = true},
  };
}

std::vector<Flag> configuration_part(DatabaseFlags& flags) {
  mssql::DatabaseOptions& o = flags.database;
  return {
      {.name = "config-file",
       .value = "FILE",
       .help = "A mssql.conf that is written into the object",
       .into = &flags.config_file,
       .complete = complete_files},
      {.name = "config-secret",
       .value = "SECRET",
       .help = "Secret that holds mssql.conf",
       .into = &o.config_secret,
       .complete = complete_objects(kube::resources::secrets)},
      {.name = "init-configmap",
       .value = "CONFIGMAP",
       .help = "ConfigMap with scripts that run once when the database is new",
       .into = &o.init_configmap,
       .complete = complete_objects(kube::resources::configmaps)},
      {.name = "init-secret",
       .value = "SECRET",
       .help = "Secret with scripts that run once when the database is new",
       .into = &o.init_secret,
       .complete = complete_objects(kube::resources::secrets)},
      {.name = "monitor",
       .value = "AGENT",
       .help = "Who collects metrics",
       .into = &o.monitor,
       .one_of = {"prometheus-operator", "prometheus", "builtin"},
       .any_spelling = true},
      {.name = "monitor-interval",
       .value = "DURATION",
       .help = "How often metrics are collected, e.g. 10s",
       .into = &o.monitor_interval},
      {.name = "monitor-label",
       .value = "KEY=VALUE",
       .help = "Label of the ServiceMonitor, repeatable",
       .into = &o.monitor_labels},
      {.name = "service",
       .value = "ALIAS=TYPE",
       .help = "Type of a Service, e.g. primary=LoadBalancer, repeatable",
       .into = &o.services},
  };
}

std::vector<Flag> group_part(mssql::DatabaseOptions& o) {
  return {
      {.name = "leader-election-period",
       .value = "DURATION",
       .help = "One tick of the leader election (= 300ms; one of these flags writes all five)",
       .into = &o.leader_election_period},
      {.name = "election-tick",
       .value = "COUNT",
       .help = "Ticks without a heartbeat until an election (= 10)",
       .into = &o.election_tick},
      {.name = "heartbeat-tick", .value = "COUNT", .help = "Ticks between heartbeats (= 1)", .into = &o.heartbeat_tick},
      {.name = "transfer-leadership-interval",
       .value = "DURATION",
       .help = "Pause between attempts to hand leadership over (= 1s)",
       .into = &o.transfer_leadership_interval},
      {.name = "transfer-leadership-timeout",
       .value = "DURATION",
       .help = "How long handing over may take (= 60s)",
       .into = &o.transfer_leadership_timeout},
      {.name = "login-secret",
       .value = "SECRET",
       .help = "Secret of the endpoint login; both sides of a distributed group share it",
       .into = &o.login_secret},
      {.name = "master-key-secret",
       .value = "SECRET",
       .help = "Secret of the database master key; both sides share it",
       .into = &o.master_key_secret},
      {.name = "endpoint-cert-secret",
       .value = "SECRET",
       .help = "Secret of the endpoint certificate; both sides share it",
       .into = &o.endpoint_cert_secret},
      {.name = "dag-role",
       .value = "ROLE",
       .help = "Role of this side in the distributed group",
       .into = &o.dag_role,
       .one_of = {"primary", "secondary"},
       .any_spelling = true},
      {.name = "dag-url",
       .value = "ADDRESS",
       .help = "Address at which the other side reaches this one, e.g. 10.2.0.236",
       .into = &o.dag_url},
      {.name = "dag-remote-name",
       .value = "NAME",
       .help = "Name of the database on the other side",
       .into = &o.dag_remote_name},
      {.name = "dag-remote-url",
       .value = "ADDRESS",
       .help = "Address at which this side reaches the other",
       .into = &o.dag_remote_url},
  };
}

std::vector<Flag> object_part(DatabaseFlags& flags) {
  mssql::DatabaseOptions& o = flags.database;
  return {
      {.name = "file",
       .letter = 'f',
       .value = "FILE",
       .help = "Manifest that the flags are laid over, - for stdin",
       .into = &flags.file,
       .only_once = true,
       .complete = complete_files},
      {.name = "label", .value = "KEY=VALUE", .help = "Label of the object, repeatable", .into = &o.labels},
      {.name = "annotation",
       .value = "KEY=VALUE",
       .help = "Annotation of the object, repeatable",
       .into = &o.annotations},
      {.name = "set",
       .value = "PATH=VALUE",
       .help = "Any other field, e.g. spec.healthChecker.failureThreshold=3, applied last and in order, repeatable",
       .into = &o.set},
  };
}

void append(std::vector<Flag>& to, std::string_view group, std::vector<Flag> flags) {
  for (Flag& flag : flags) flag.group = group;
  to.insert(to.end(), std::make_move_iterator(flags.begin()), std::make_move_iterator(flags.end()));
}

}  // namespace

std::vector<Flag> database_flags(DatabaseFlags& flags) {
  std::vector<Flag> all;
  append(all, "Database", database_part(flags.database));
  append(all, "TLS", tls_part(flags.database));
  append(all, "Resources", resources_part(flags.database));
  append(all, "Storage", storage_part(flags.database));
  append(all, "Configuration", configuration_part(flags));
  append(all, "Groups", group_part(flags.database));
  append(all, "Object", object_part(flags));
  return all;
}

Completions complete_versions(AppContext& context, std::string_view prefix) {
  return complete_objects(kube::resources::mssqlserverversions)(context, prefix);
}

Argument database_name_argument(DatabaseFlags& flags) {
  return {.name = "NAME",
          .help = "Name of the database; may be left out when the file names it",
          .into = [&flags](const std::string&,
                           const std::string& text) { flags.database.name = parse_database_name(text); },
          .required = false,
          .complete = complete_databases};
}

std::vector<Flag> surroundings_flags(SurroundingsOptions& options) {
  return {
      {.name = "with-issuer",
       .help =
           "Make the CA secret and the issuer as well when they are missing; -o yaml and -o json then print the key "
           "of the CA, too",
       .into = &options.with_issuer,
       .group = "TLS"},
      {.name = "create-namespace",
       .help = "Make the namespace when it is missing",
       .into = &options.create_namespace,
       .group = "Object"},
  };
}

}  // namespace dba::cli
