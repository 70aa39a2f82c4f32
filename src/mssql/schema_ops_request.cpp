#include "schema_tables.hpp"

namespace dba::mssql {

const std::string_view kOpsRequestShape = R"(
type!: UpdateVersion|HorizontalScaling|VerticalScaling|VolumeExpansion|Restart|Reconfigure|ReconfigureTLS|RotateAuth|StorageMigration
databaseRef!: @local
restart:
volumeExpansion:
  mode!: Offline|Online
  mssqlserver: quantity
verticalScaling:
  arbiter mssqlserver: @podResources
  mode: Restart|InPlace
  coordinator:
    resources: @resources
  exporter:
    resources: @resources
horizontalScaling:
  replicas: int
configuration:
  applyConfig{}: string
  configSecret: @local
  removeCustomConfig: bool
  restart: auto|true|false
tls:
  certificates[]: @certificate
  clientTLS remove rotateCertificates: bool
  issuerRef: @typedRef
authentication:
  secretRef:
    apiGroup kind name!: string
updateVersion:
  targetVersion: string
migration:
  oldPVReclaimPolicy storageClassName!: string
timeout: string
apply: IfReady|Always
maxRetries: int
)";

}  // namespace dba::mssql
