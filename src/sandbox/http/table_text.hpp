#pragma once
// Small texts that cells of several kinds are made of.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/timestamp.hpp"
#include "dba/codec/json.hpp"

#include "http/table.hpp"

namespace dba::sandbox::http {

/// Column descriptions that most kinds share.
inline constexpr TableColumn kNameColumn{"Name", "Name must be unique within a namespace."};
inline constexpr TableColumn kAgeColumn{"Age", "When the object was created."};

std::string age_of(const Json& object, WallTime now);  ///< "<unknown>" without creationTimestamp.
std::string since(std::string_view rfc3339, WallTime now);
bool is_terminating(const Json& object);
/// The members of an array below `object`; none when it is not there.
std::vector<const Json*> items_at(const Json& object, codec::Path path);
std::size_t size_at(const Json& object, codec::Path path);  ///< Of an array or object; 0 when it is not there.
std::int64_t number_at(const Json& object, codec::Path path, std::int64_t fallback = 0);
/// "a=b,c=d", or "<none>".
std::string labels_text(const Json* labels);
std::string or_text(std::string text, std::string_view fallback);  ///< `fallback` for an empty text.
/// Of the pod template: "mssql,mssql-coordinator".
std::string container_names(const Json& object);
std::string container_images(const Json& object);
/// "RWO,ROX" in the API server's order.
std::string access_modes(const Json& object, codec::Path path);
std::string quantity_at(const Json& object, codec::Path path);  ///< Canonical; "0" when absent.

}  // namespace dba::sandbox::http
