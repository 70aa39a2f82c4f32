#pragma once
// Where the API server has the objects of namespace "demo" that most tests of commands are about.

#include <string>

namespace dba::test {

inline const std::string kDatabases = "/apis/kubedb.com/v1alpha2/namespaces/demo/mssqlservers";
inline const std::string kSales = kDatabases + "/sales";
inline const std::string kOpsRequests = "/apis/ops.kubedb.com/v1alpha1/namespaces/demo/mssqlserveropsrequests";
inline const std::string kPods = "/api/v1/namespaces/demo/pods";
inline const std::string kSlices = "/apis/discovery.k8s.io/v1/namespaces/demo/endpointslices";
inline const std::string kEvents = "/api/v1/namespaces/demo/events";
inline const std::string kSecrets = "/api/v1/namespaces/demo/secrets";

}  // namespace dba::test
