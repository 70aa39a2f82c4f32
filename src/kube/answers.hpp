#pragma once
// What a successful answer has to be before it is believed. A login page, a gateway or a proxy answers 200 as well,
// with HTML or with JSON of its own: that is ApiError foreign and never an object, an empty list or a success.

#include <string>
#include <string_view>

#include "dba/codec/json.hpp"
#include "dba/kube/api_error.hpp"
#include "dba/kube/resource.hpp"

#include "exchange.hpp"
#include "json_scan.hpp"

namespace dba::kube {

/// @param problem what is wrong with the answer, as a clause: "it is a Status where a Pod is due".
ApiError foreign_answer(std::string problem, const Operation& operation);

/// The JSON object that a raw path answered with. @throws ApiError foreign for anything else, and for a Status that
/// tells of a failure.
Json read_answer(const Response& response, const Operation& operation);
/// An object of `type`; with the name that `operation` asks for, if it asks for one. @throws ApiError foreign.
Json read_object(const Response& response, const Operation& operation, const ResourceType& type);
/// The answer to a DELETE: a Status of success, or the object that is on its way out. @throws ApiError foreign.
Json read_deletion(const Response& response, const Operation& operation, const ResourceType& type);
/// One page of a list. Only its own fields are looked at. @throws ApiError foreign.
ListPage read_list(std::string body, const Operation& operation);

/// The object of a list's item or of a watch event as one of its own: apiVersion and kind, which typed lists leave out
/// and metadata lists change, stand first.
/// @param verb "list" or "watch", for the message. @throws ApiError foreign when it has no name or is of another kind.
Json item_of(const ResourceType& type, Json&& object, std::string_view verb = "list");
Json parse_item(const ResourceType& type, std::string_view text);

}  // namespace dba::kube
