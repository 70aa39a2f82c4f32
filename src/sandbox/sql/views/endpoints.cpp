// Where the instance listens, and with which certificates. @source mssql.md 1.11; kubedb.md 1.3 (ports)
#include "sql/views/sections.hpp"

namespace dba::sandbox::sqlserver::views {

namespace {

constexpr int kMirroringId = 65'536;
constexpr int kCertificateId = 256;

std::vector<Column> endpoint_columns() {
  return {{"name", kSysname, false}, {"endpoint_id", kInt, false},
          {"principal_id", kInt},    {"protocol", kTinyInt, false},
          {"protocol_desc", kDesc},  {"type", kTinyInt, false},
          {"type_desc", kDesc},      {"state", kTinyInt},
          {"state_desc", kDesc},     {"is_admin_endpoint", kBit, false}};
}

Row endpoint(std::string_view name, int id, Coded type) {
  Row row;
  row.add(name).add(id).add(1).add(Coded{2, "TCP"}).add(type).add(Coded{0, "STARTED"}).add(false);
  return row;
}

constexpr std::string_view kTsql = "TSQL Default TCP";
constexpr std::string_view kMirroring = "dbm_endpoint";

Table endpoints(const Context& context) {
  Table table{endpoint_columns(), {}};
  table.rows.push_back(endpoint(kTsql, 4, {2, "TSQL"}).take());
  if (context.settings.clustered) {
    table.rows.push_back(endpoint(kMirroring, kMirroringId, {4, "DATABASE_MIRRORING"}).take());
  }
  return table;
}

Table tcp_endpoints(const Context& context) {
  Table table{endpoint_columns(), {}};
  table.columns.push_back({"port", kInt, false});
  table.columns.push_back({"is_dynamic_port", kBit, false});
  table.columns.push_back({"ip_address", text(45)});
  table.rows.push_back(endpoint(kTsql, 4, {2, "TSQL"}).add(1433).add(false).nulls(1).take());
  if (context.settings.clustered) {
    table.rows.push_back(
        endpoint(kMirroring, kMirroringId, {4, "DATABASE_MIRRORING"}).add(5022).add(false).nulls(1).take());
  }
  return table;
}

Table mirroring_endpoints(const Context& context) {
  Table table{endpoint_columns(), {}};
  for (const Column& column : std::vector<Column>{{"role", kTinyInt},
                                                  {"role_desc", kDesc},
                                                  {"is_encryption_enabled", kBit},
                                                  {"connection_auth", kTinyInt},
                                                  {"connection_auth_desc", kDesc},
                                                  {"certificate_id", kInt},
                                                  {"encryption_algorithm", kTinyInt},
                                                  {"encryption_algorithm_desc", kDesc}}) {
    table.columns.push_back(column);
  }
  if (!context.settings.clustered) return table;
  Row row = endpoint(kMirroring, kMirroringId, {4, "DATABASE_MIRRORING"});
  row.add(Coded{3, "ALL"}).add(true).add(Coded{4, "CERTIFICATE"}).add(kCertificateId).add(Coded{2, "AES"});
  table.rows.push_back(row.take());
  return table;
}

Table certificates(const Context& context) {
  Table table{{{"name", kSysname, false},
               {"certificate_id", kInt, false},
               {"principal_id", kInt},
               {"pvt_key_encryption_type", {.id = TypeId::nchar, .length = 2}, false},
               {"pvt_key_encryption_type_desc", kDesc},
               {"is_active_for_begin_dialog", kBit},
               {"issuer_name", text(442)},
               {"cert_serial_number", text(64)},
               {"subject", text(4000)},
               {"start_date", kDatetime},
               {"expiry_date", kDatetime}},
              {}};
  int id = kCertificateId;
  for (const CertificateRow& certificate : context.certificates) {
    Row row;
    row.add(certificate.name).add(id++).add(1).add("MK").add("ENCRYPTED_BY_MASTER_KEY").add(true);
    row.add(certificate.issuer).nulls(1).add(certificate.subject);
    row.add(datetime_text(certificate.begins)).add(datetime_text(certificate.expires));
    table.rows.push_back(row.take());
  }
  return table;
}

}  // namespace

void add_endpoint_views(std::vector<View>& list) {
  list.push_back({"endpoints", endpoints});
  list.push_back({"tcp_endpoints", tcp_endpoints});
  list.push_back({"database_mirroring_endpoints", mirroring_endpoints});
  list.push_back({"certificates", certificates});
}

}  // namespace dba::sandbox::sqlserver::views
