SET NOCOUNT ON; SET LOCK_TIMEOUT 2000; SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SELECT
  ag.name                                          AS ag_name,
  CONVERT(char(36), ag.group_id)                   AS group_id,
  ag.is_distributed,
  ag.cluster_type,
  ag.cluster_type_desc,
  ag.required_synchronized_secondaries_to_commit   AS rsstc,
  ag.sequence_number,
  ag.db_failover,
  ags.primary_replica,
  ags.synchronization_health                       AS ag_sync_health,
  ar.replica_server_name,
  CONVERT(char(36), ar.replica_id)                 AS replica_id,
  ar.endpoint_url,
  ar.availability_mode,
  ar.availability_mode_desc,
  ar.failover_mode,
  ar.failover_mode_desc,
  ar.session_timeout,
  ar.seeding_mode_desc,
  ar.primary_role_allow_connections_desc,
  ar.secondary_role_allow_connections,
  ar.secondary_role_allow_connections_desc,
  arcs.join_state,
  arcs.join_state_desc,
  ars.is_local,
  ars.role,
  ars.role_desc,
  ars.operational_state,
  ars.operational_state_desc,
  ars.connected_state,
  ars.connected_state_desc,
  ars.recovery_health,
  ars.recovery_health_desc,
  ars.synchronization_health,
  ars.synchronization_health_desc,
  ars.last_connect_error_number,
  ars.last_connect_error_description,
  CONVERT(varchar(33), ars.last_connect_error_timestamp, 126) AS last_connect_error_timestamp,
  ars.write_lease_remaining_ticks
FROM sys.availability_groups AS ag
JOIN sys.availability_replicas AS ar ON ar.group_id = ag.group_id
LEFT JOIN sys.dm_hadr_availability_replica_states AS ars
       ON ars.group_id = ar.group_id AND ars.replica_id = ar.replica_id
LEFT JOIN sys.dm_hadr_availability_group_states AS ags ON ags.group_id = ag.group_id
LEFT JOIN sys.dm_hadr_availability_replica_cluster_states AS arcs
       ON arcs.group_id = ar.group_id AND arcs.replica_id = ar.replica_id
ORDER BY ag.is_distributed, ag.name, ar.replica_server_name;
