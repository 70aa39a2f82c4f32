-- How far every database of every replica has come, as this instance knows it. LSNs have 25 digits, so they travel as
-- text; replicas that hold no data are left out.
-- Permission: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE), VIEW ANY DEFINITION.
-- Versions: 2017 and later.
SELECT ag.name AS group_name,
       ag.is_distributed,
       ar.replica_server_name,
       dbcs.database_name,
       dbcs.is_failover_ready,
       dbcs.is_database_joined,
       drs.is_local,
       drs.is_primary_replica,
       drs.synchronization_state_desc,
       drs.synchronization_health_desc,
       drs.database_state_desc,
       drs.is_suspended,
       drs.suspend_reason_desc,
       drs.log_send_queue_size AS log_send_queue_kb,
       drs.log_send_rate AS log_send_rate_kbps,
       drs.redo_queue_size AS redo_queue_kb,
       drs.redo_rate AS redo_rate_kbps,
       drs.secondary_lag_seconds,
       CONVERT(varchar(25), drs.last_hardened_lsn) AS last_hardened_lsn,
       CONVERT(varchar(25), drs.last_redone_lsn) AS last_redone_lsn,
       CONVERT(varchar(25), drs.end_of_log_lsn) AS end_of_log_lsn,
       CONVERT(varchar(25), drs.last_commit_lsn) AS last_commit_lsn,
       CONVERT(varchar(33), drs.last_commit_time, 126) AS last_commit_time
FROM sys.dm_hadr_database_replica_cluster_states AS dbcs
JOIN sys.availability_replicas AS ar ON ar.replica_id = dbcs.replica_id
JOIN sys.availability_groups AS ag ON ag.group_id = ar.group_id
LEFT JOIN sys.dm_hadr_database_replica_states AS drs
       ON drs.replica_id = dbcs.replica_id AND drs.group_database_id = dbcs.group_database_id
WHERE ar.availability_mode <> 4 OR ar.availability_mode IS NULL
ORDER BY ag.is_distributed, ag.name, dbcs.database_name, ar.replica_server_name;
