SET NOCOUNT ON;
SELECT ag.name AS ag_name, adc.database_name, ar.replica_server_name AS remote_replica, s.is_source,
       s.current_state, s.performed_seeding, s.failure_state, s.failure_state_desc, s.error_code, s.number_of_attempts,
       CONVERT(varchar(33), s.start_time, 126) AS start_time, CONVERT(varchar(33), s.completion_time, 126) AS completion_time,
       p.internal_state_desc, p.transfer_rate_bytes_per_second, p.transferred_size_bytes, p.database_size_bytes,
       CONVERT(varchar(33), p.estimate_time_complete_utc, 126) AS eta_utc, p.failure_code, p.failure_message
FROM sys.dm_hadr_automatic_seeding AS s
LEFT JOIN sys.availability_groups AS ag ON ag.group_id = s.ag_id
LEFT JOIN sys.availability_databases_cluster AS adc ON adc.group_database_id = s.ag_db_id AND adc.group_id = s.ag_id
LEFT JOIN sys.availability_replicas AS ar ON ar.replica_id = s.ag_remote_replica_id
LEFT JOIN sys.dm_hadr_physical_seeding_stats AS p ON p.local_physical_seeding_id = s.operation_id
ORDER BY s.start_time DESC;
