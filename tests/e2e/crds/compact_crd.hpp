#pragma once
// KubeDB's CustomResourceDefinitions out of our own compact schema: what the e2e ring serves where the real ones are
// not at hand. They refuse what the schema of the mssql room does not know, and say nothing below what it leaves open.

#include "dba/codec/json.hpp"

namespace dba::e2e {

/// `shell` (a CRD without the schema of its spec) with the spec that the mssql room describes for its kind; a shell of
/// any other kind comes back as it is. Server-side defaults and merge keys are written where KubeDB's CRDs have them.
/// @source KubeDB apimachinery crds/kubedb.com_mssqlservers.yaml, crds/ops.kubedb.com_mssqlserveropsrequests.yaml
Json fill_crd(Json shell);

}  // namespace dba::e2e
