SET NOCOUNT ON;
SELECT OBJECT_NAME(c.object_id) AS view_name, c.name AS column_name
FROM sys.all_columns AS c
WHERE c.object_id IN (OBJECT_ID(N'sys.availability_groups'), OBJECT_ID(N'sys.availability_replicas'),
                      OBJECT_ID(N'sys.dm_hadr_availability_replica_states'), OBJECT_ID(N'sys.dm_hadr_database_replica_states'))
  AND c.name IN (N'is_contained', N'cluster_type', N'required_synchronized_secondaries_to_commit', N'sequence_number',
                 N'write_lease_remaining_ticks', N'current_configuration_commit_start_time_utc',
                 N'secondary_lag_seconds', N'quorum_commit_lsn', N'is_internal', N'read_write_routing_url',
                 N'cluster_connection_options')
ORDER BY view_name, column_name;
