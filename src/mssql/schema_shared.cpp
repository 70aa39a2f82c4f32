#include "schema_tables.hpp"

namespace dba::mssql {

const std::string_view kSharedShapes =
    R"(
@resources
  claims[]: @claim
  limits{} requests{}: quantity
@claim
  name! request: string
@namespaced
  name! namespace: string
@local
  name: string
@keyToPath
  key! path!: string
  mode: int
@downwardFile
  fieldRef: @fieldRef
  mode: int
  path!: string
  resourceFieldRef: @resourceFieldRef
@fieldRef
  apiVersion fieldPath!: string
@resourceFieldRef
  containerName resource!: string
  divisor: quantity
@claimSpec
  accessModes[] storageClassName volumeAttributesClassName volumeMode volumeName: string
  dataSource: @typedRef
  dataSourceRef: @namespacedRef
  resources: @claimResources
  selector: @selector
@typedRef
  apiGroup kind! name!: string
@namespacedRef
  apiGroup kind! name! namespace: string
@claimResources
  limits{} requests{}: quantity
@selector
  matchExpressions[]: @matchExpression
  matchLabels{}: string
@matchExpression
  key! operator! values[]: string
@env
  name! value: string
  valueFrom: @valueFrom
@valueFrom
  configMapKeyRef secretKeyRef: @keyRef
  fieldRef: @fieldRef
  fileKeyRef: @fileKeyRef
  resourceFieldRef: @resourceFieldRef
@keyRef
  key! name: string
  optional: bool
@fileKeyRef
  key! path! volumeName!: string
  optional: bool
@securityContext
  allowPrivilegeEscalation privileged readOnlyRootFilesystem runAsNonRoot: bool
  appArmorProfile seccompProfile: @profile
  capabilities: @capabilities
  procMount: string
  runAsGroup runAsUser: int
  seLinuxOptions: @seLinuxOptions
  windowsOptions: @windowsOptions
@profile
  localhostProfile type!: string
@capabilities
  add[] drop[]: string
@seLinuxOptions
  level role type user: string
@windowsOptions
  gmsaCredentialSpec gmsaCredentialSpecName runAsUserName: string
  hostProcess: bool
@projection
  items[]: @keyToPath
  name: string
  optional: bool
@relabeling
  action: )"
    "replace|Replace|keep|Keep|drop|Drop|hashmod|HashMod|labelmap|LabelMap|labeldrop|LabelDrop|labelkeep|"
    "LabelKeep|lowercase|Lowercase|uppercase|Uppercase|keepequal|KeepEqual|dropequal|DropEqual"
    R"(
  modulus: int
  regex replacement separator sourceLabels[] targetLabel: string
@meta
  annotations{} labels{}: string
@certificate
  alias! dnsNames[] duration emailAddresses[] ipAddresses[] renewBefore secretName uris[]: string
  issuerRef: @typedRef
  subject: @subject
  privateKey:
    encoding: PKCS1|PKCS8
@subject
  countries[] localities[] organizationalUnits[] organizations[] postalCodes[] provinces[] serialNumber: string
  streetAddresses[]: string
@podResources
  nodeSelectionPolicy: string
  resources: @resources
  topology: @nodeTopology
@nodeTopology
  key! value!: string
)";

}  // namespace dba::mssql
