#include "http/request.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "api/status_error.hpp"
#include "http/target.hpp"
#include "http/view.hpp"

namespace dba::sandbox::http {
namespace {

TEST_CASE("queries are decoded, in order, and booleans are read as the API server reads them") {
  const Query query = Query::parse("command=sh&command=-c&command=a%20b+c&watch=1&force=FALSE&flag&empty=&bad=%zz%4");
  CHECK(query.all("command") == std::vector<std::string>{"sh", "-c", "a b c"});
  CHECK(query.flag("watch"));
  CHECK_FALSE(query.flag("force"));
  CHECK(query.flag("flag"));
  CHECK_FALSE(query.flag("absent"));
  CHECK(query.has("empty"));
  CHECK(query.get("bad") == "%zz%4");
  CHECK_FALSE(Query::parse("watch=0").flag("watch"));
}

/// "plural ns/name/subresource", or "nothing".
std::string target_of(std::string_view path) {
  const std::optional<Target> target = find_target(path_segments(path));
  if (!target) return "nothing";
  return target->type->qualified() + " " + target->ns + "/" + target->name + "/" + target->subresource;
}

TEST_CASE("a path names a resource, a namespace, an object and a subresource") {
  struct Row {
    const char* path;
    const char* target;
  };
  for (const Row& row : {
           Row{"/api/v1/pods", "pods //"},
           Row{"/api/v1/namespaces/demo/pods", "pods demo//"},
           Row{"/api/v1/namespaces/demo/pods/sales-0", "pods demo/sales-0/"},
           Row{"/api/v1/namespaces/demo/pods/sales-0/exec", "pods demo/sales-0/exec"},
           Row{"/api/v1/namespaces/demo/pods/sales-0/nosuch", "pods demo/sales-0/nosuch"},
           Row{"/api/v1/namespaces/demo/pods/sales-0/exec/more", "nothing"},
           Row{"/api/v1/pods/sales-0", "nothing"},
           Row{"/api/v1/namespaces", "namespaces //"},
           Row{"/api/v1/namespaces/demo", "namespaces /demo/"},
           Row{"/api/v1/namespaces/demo/status", "namespaces /demo/status"},
           Row{"/api/v1/namespaces/demo/finalize", "namespaces /demo/finalize"},
           Row{"/api/v1/namespaces/demo/nodes", "namespaces /demo/nodes"},
           Row{"/api/v1/nodes/node-1", "nodes /node-1/"},
           Row{"/apis/kubedb.com/v1alpha2/namespaces/demo/mssqlservers/sales/status",
               "mssqlservers.kubedb.com demo/sales/status"},
           Row{"/apis/kubedb.com/v1/namespaces/demo/mssqlservers", "nothing"},
           Row{"/apis/nosuch/v1/things", "nothing"},
           Row{"/api/v1/namespaces/demo/configmaps/a%2Fb", "configmaps demo/a/b/"},
           Row{"/api/v1", "nothing"},
           Row{"/", "nothing"},
       }) {
    CAPTURE(row.path);
    CHECK(target_of(row.path) == row.target);
  }
}

TEST_CASE("Accept decides about the form: the first alternative that can be served") {
  const auto view = [](const char* accept, const char* query = "") {
    Request request{.query = Query::parse(query)};
    request.headers.emplace("accept", accept);
    try {
      const View found = view_of(request, true);
      const char* form = found.form == Form::table ? "table" : found.form == Form::metadata ? "metadata" : "object";
      return form + std::string(" ") + found.meta_version + (found.yaml ? " yaml" : "") +
             (found.pretty ? " pretty" : "");
    } catch (const api::StatusError& error) {
      return std::to_string(error.code) + " " + error.message;
    }
  };
  CHECK(view("") == "object v1");
  CHECK(view("*/*") == "object v1");
  CHECK(view("application/json;as=Table;v=v1;g=meta.k8s.io,application/"
             "json;as=Table;v=v1beta1;g=meta.k8s.io,application/json") == "table v1");
  CHECK(view("application/json;as=Table;g=other;v=v1, application/json;as=Table;v=v1beta1;g=meta.k8s.io") ==
        "table v1beta1");
  CHECK(view("application/vnd.kubernetes.protobuf,application/json") == "object v1");
  CHECK(view("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1") == "metadata v1");
  CHECK(view("application/yaml") == "object v1 yaml");
  CHECK(view("application/json", "pretty=true") == "object v1 pretty");
  CHECK(view("application/vnd.kubernetes.protobuf") ==
        "406 only the following media types are accepted: application/json, application/yaml, "
        "application/vnd.kubernetes.protobuf");
  CHECK(view("application/json;as=Table;v=v1;g=meta.k8s.io", "includeObject=All") ==
        "400 Unable to convert to Table as requested: includeObject: Invalid value: \"All\": must be 'Metadata', "
        "'Object', 'None', or empty");
}

}  // namespace
}  // namespace dba::sandbox::http
