#pragma once
// The form in which a client wants to see objects, and the objects in that form.

#include <string>

#include "dba/base/timestamp.hpp"

#include "api/api.hpp"
#include "http/request.hpp"

namespace dba::sandbox::http {

enum class Form { object, table, metadata };

struct View {
  Form form = Form::object;
  std::string meta_version = "v1";  ///< Of Table or PartialObjectMetadata: v1 or v1beta1.
  std::string include_object{};     ///< Of a table's rows: "", Metadata, Object, None.
  bool yaml = false, pretty = false;
};

/// By Accept, ?pretty and ?includeObject. @param custom the resource is one. @throws StatusError 406, 400.
View view_of(const Request& request, bool custom);

/// One line of JSON without line break, in the form asked for.
/// @param with_columns false for a table that follows another one in the same watch.
std::string render_object(const View& view, const api::Resource& type, const Json& object, WallTime now,
                          bool with_columns = true);
std::string render_list(const View& view, const api::Resource& type, const api::ListResult& list, WallTime now);

/// 200 (or `code`) with the text as the view wants it: pretty, YAML or as it is.
Answer present(const View& view, std::string json, int code = 200);

}  // namespace dba::sandbox::http
