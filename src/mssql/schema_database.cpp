#include "schema_tables.hpp"

namespace dba::mssql {

const std::string_view kDatabaseShape = R"(
version!: string
topology:
  mode: AvailabilityGroup|DistributedAG
  availabilityGroup:
    databases[] endpointCertSecretName loginSecretName masterKeySecretName: string
    secondaryAccessMode: Passive|ReadOnly|All
    leaderElection:
      electionTick heartbeatTick: int
      period transferLeadershipInterval transferLeadershipTimeout: string
  distributedAG:
    remote!:
      name! url!: string
    self!:
      role!: Primary|Secondary
      url!: string
replicas: int
tls!:
  certificates[]: @certificate
  clientTLS: bool
  issuerRef: @typedRef
podTemplate:
  controller metadata: @meta
  spec:
    activeDeadlineSeconds automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks: any
    ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers imagePullSecrets initContainers: any
    nodeName nodeSelector os overhead podPlacementPolicy preemptionPolicy priority priorityClassName: any
    readinessGates restartPolicy runtimeClassName schedulerName securityContext serviceAccountName: any
    setHostnameAsFQDN shareProcessNamespace terminationGracePeriodSeconds tolerations volumes: any
    containers[]:
      args command envFrom image imagePullPolicy lifecycle livenessProbe ports readinessProbe resizePolicy: any
      restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce terminationMessagePath: any
      terminationMessagePolicy tty volumeDevices volumeMounts workingDir: any
      env[]: @env
      name!: string
      resources: @resources
storage: @claimSpec
storageType: Durable|Ephemeral
deletionPolicy: Halt|Delete|WipeOut|DoNotTerminate
configuration:
  inline{} secretName: string
configSecret: @local
init:
  initialized waitForInitialRestore: bool
  archiver:
    encryptionSecret fullDBRepository manifestRepository: @namespaced
    recoveryTimestamp!: string
    replicationStrategy: fscopy|clone|sync|none
    manifestOptions:
      archiver initScript: bool
      archiverRef: @namespaced
  script:
    scriptPath: string
    awsElasticBlockStore:
      fsType volumeID!: string
      partition: int
      readOnly: bool
    azureDisk:
      cachingMode diskName! diskURI! fsType kind: string
      readOnly: bool
    azureFile:
      readOnly: bool
      secretName! shareName!: string
    cephfs:
      monitors[]! path secretFile user: string
      readOnly: bool
      secretRef: @local
    cinder:
      fsType volumeID!: string
      readOnly: bool
      secretRef: @local
    configMap:
      defaultMode: int
      items[]: @keyToPath
      name: string
      optional: bool
    csi:
      driver! fsType volumeAttributes{}: string
      nodePublishSecretRef: @local
      readOnly: bool
    downwardAPI:
      defaultMode: int
      items[]: @downwardFile
    emptyDir:
      medium: string
      sizeLimit: quantity
    ephemeral:
      volumeClaimTemplate:
        spec!: @claimSpec
        metadata:
          annotations{} finalizers[] labels{} name namespace: string
    fc:
      fsType targetWWNs[] wwids[]: string
      lun: int
      readOnly: bool
    flexVolume:
      driver! fsType options{}: string
      readOnly: bool
      secretRef: @local
    flocker:
      datasetName datasetUUID: string
    gcePersistentDisk:
      fsType pdName!: string
      partition: int
      readOnly: bool
    git:
      args[]!: string
      authSecret: @local
      env[]: @env
      resources: @resources
      securityContext: @securityContext
    gitRepo:
      directory repository! revision: string
    glusterfs:
      endpoints! path!: string
      readOnly: bool
    hostPath:
      path! type: string
    image:
      pullPolicy reference: string
    iscsi:
      chapAuthDiscovery chapAuthSession readOnly: bool
      fsType initiatorName iqn! iscsiInterface portals[] targetPortal!: string
      lun!: int
      secretRef: @local
    nfs:
      path! server!: string
      readOnly: bool
    persistentVolumeClaim:
      claimName!: string
      readOnly: bool
    photonPersistentDisk:
      fsType pdID!: string
    portworxVolume:
      fsType volumeID!: string
      readOnly: bool
    projected:
      defaultMode: int
      sources[]:
        configMap secret: @projection
        clusterTrustBundle:
          labelSelector: @selector
          name path! signerName: string
          optional: bool
        downwardAPI:
          items[]: @downwardFile
        podCertificate:
          certificateChainPath credentialBundlePath keyPath keyType! signerName!: string
          maxExpirationSeconds: int
        serviceAccountToken:
          audience path!: string
          expirationSeconds: int
    quobyte:
      group registry! tenant user volume!: string
      readOnly: bool
    rbd:
      fsType image! keyring monitors[]! pool user: string
      readOnly: bool
      secretRef: @local
    scaleIO:
      fsType gateway! protectionDomain storageMode storagePool system! volumeName: string
      readOnly sslEnabled: bool
      secretRef!: @local
    secret:
      defaultMode: int
      items[]: @keyToPath
      optional: bool
      secretName: string
    storageos:
      fsType volumeName volumeNamespace: string
      readOnly: bool
      secretRef: @local
    vsphereVolume:
      fsType storagePolicyID storagePolicyName volumePath!: string
authSecret:
  activeFrom apiGroup kind name! rotateAfter secretStoreName: string
  externallyManaged: bool
monitor:
  agent: prometheus.io/operator|prometheus.io|prometheus.io/builtin
  prometheus:
    exporter:
      args[]: string
      env[]: @env
      port: int
      resources: @resources
      securityContext: @securityContext
    serviceMonitor:
      interval labels{} podTargetLabels[] targetLabels[]: string
      endpoints[]:
        metricRelabelings[] relabelings[]: @relabeling
        port: string
serviceTemplates[]:
  alias!: primary|standby|stats|dashboard|secondary
  metadata: @meta
  spec:
    clusterIP externalIPs[] externalTrafficPolicy loadBalancerIP loadBalancerSourceRanges[] type: string
    healthCheckNodePort: int
    ports[]:
      name: string
      nodePort port!: int
    sessionAffinityConfig:
      clientIP:
        timeoutSeconds: int
halted: bool
healthChecker:
  disableWriteCheck: bool
  failureThreshold periodSeconds timeoutSeconds: int
archiver:
  pause: bool
  ref!: @namespaced
arbiter:
  nodeSelector{}: string
  resources: @resources
  tolerations[]:
    effect key operator value: string
    tolerationSeconds: int
autoOps:
  disabled: bool
)";

}  // namespace dba::mssql
