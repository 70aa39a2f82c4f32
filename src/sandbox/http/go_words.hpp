#pragma once
// What the API server's readers say about a text they cannot read: Go's words.

#include <string>
#include <string_view>

#include "dba/base/error.hpp"

namespace dba::sandbox::http {

/// "unexpected end of JSON input", "invalid character 'g' looking for beginning of value"
/// @param error of codec::parse_json for this text
std::string json_fault(std::string_view text, const Error& error);
/// "yaml: line 1: …" @param error of codec::parse_documents
std::string yaml_fault(const Error& error);
/// A body in brackets after a refusal: "<empty>", its beginning, or, when it is no JSON object, that in hexadecimal.
std::string body_preview(std::string_view body);

}  // namespace dba::sandbox::http
