-- Every replica of every group as this instance knows it: the primary knows the state of all, any other only its own.
-- Permission: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE), VIEW ANY DEFINITION.
-- Versions: 2017 and later.
SELECT ag.name AS group_name,
       ag.is_distributed,
       ag.cluster_type_desc,
       ag.required_synchronized_secondaries_to_commit AS required_secondaries,
       CONVERT(varchar(20), ag.sequence_number) AS sequence_number,
       ags.primary_replica,
       ar.replica_server_name,
       ar.availability_mode_desc,
       ar.failover_mode_desc,
       ar.secondary_role_allow_connections_desc AS secondary_access,
       arcs.join_state_desc,
       ars.is_local,
       ars.role_desc,
       ars.operational_state_desc,
       ars.connected_state_desc,
       ars.recovery_health_desc,
       ars.synchronization_health_desc,
       ars.last_connect_error_number,
       ars.last_connect_error_description,
       CONVERT(varchar(33), ars.last_connect_error_timestamp, 126) AS last_connect_error_timestamp
FROM sys.availability_groups AS ag
JOIN sys.availability_replicas AS ar ON ar.group_id = ag.group_id
LEFT JOIN sys.dm_hadr_availability_replica_states AS ars
       ON ars.group_id = ar.group_id AND ars.replica_id = ar.replica_id
LEFT JOIN sys.dm_hadr_availability_group_states AS ags ON ags.group_id = ag.group_id
LEFT JOIN sys.dm_hadr_availability_replica_cluster_states AS arcs
       ON arcs.group_id = ar.group_id AND arcs.replica_id = ar.replica_id
ORDER BY ag.is_distributed, ag.name, ar.replica_server_name;
