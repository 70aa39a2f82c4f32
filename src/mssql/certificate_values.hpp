#pragma once
// What may stand in a certificate of spec.tls.certificates[]: for --certificate and for the same fields of a file.

#include <string>
#include <string_view>

namespace dba::mssql {

/// What is wrong with one value, without its place; empty when it is fine, or when nobody restricts the field.
/// @param field as the object names it: "dnsNames", "ipAddresses", "uris", "emailAddresses", "duration", "secretName"
/// @source RFC 5280 4.2.1.6 (subject alternative names), apimachinery's names of Secrets
std::string certificate_value_problem(std::string_view field, const std::string& value);

}  // namespace dba::mssql
