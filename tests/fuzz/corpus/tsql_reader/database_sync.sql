SET NOCOUNT ON; SET LOCK_TIMEOUT 2000; SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;
SELECT
  ag.name                                     AS ag_name,
  ag.is_distributed,
  ar.replica_server_name,
  CONVERT(char(36), ar.replica_id)            AS replica_id,
  dbcs.database_name,
  CONVERT(char(36), dbcs.group_database_id)   AS group_database_id,
  dbcs.is_failover_ready,
  dbcs.is_database_joined,
  dbcs.is_pending_secondary_suspend,
  ar.availability_mode,
  ars.role,
  drs.is_local,
  drs.is_primary_replica,
  drs.is_commit_participant,
  drs.synchronization_state,
  drs.synchronization_state_desc,
  drs.synchronization_health,
  drs.synchronization_health_desc,
  drs.database_state,
  drs.database_state_desc,
  drs.is_suspended,
  drs.suspend_reason,
  drs.suspend_reason_desc,
  drs.log_send_queue_size                     AS log_send_queue_kb,
  drs.log_send_rate                           AS log_send_rate_kbps,
  drs.redo_queue_size                         AS redo_queue_kb,
  drs.redo_rate                               AS redo_rate_kbps,
  drs.secondary_lag_seconds,
  CONVERT(varchar(25), drs.last_sent_lsn)     AS last_sent_lsn,
  CONVERT(varchar(25), drs.last_received_lsn) AS last_received_lsn,
  CONVERT(varchar(25), drs.last_hardened_lsn) AS last_hardened_lsn,
  CONVERT(varchar(25), drs.last_redone_lsn)   AS last_redone_lsn,
  CONVERT(varchar(25), drs.end_of_log_lsn)    AS end_of_log_lsn,
  CONVERT(varchar(25), drs.last_commit_lsn)   AS last_commit_lsn,
  CONVERT(varchar(25), drs.recovery_lsn)      AS recovery_lsn,
  CONVERT(varchar(25), drs.truncation_lsn)    AS truncation_lsn,
  CONVERT(varchar(33), drs.last_sent_time, 126)     AS last_sent_time,
  CONVERT(varchar(33), drs.last_received_time, 126) AS last_received_time,
  CONVERT(varchar(33), drs.last_hardened_time, 126) AS last_hardened_time,
  CONVERT(varchar(33), drs.last_redone_time, 126)   AS last_redone_time,
  CONVERT(varchar(33), drs.last_commit_time, 126)   AS last_commit_time,
  ISNULL(CASE WHEN drs.is_primary_replica = 1 THEN -1
              WHEN drs.redo_queue_size IS NULL THEN -2
              WHEN drs.redo_queue_size = 0 THEN 0
              WHEN drs.redo_rate IS NULL OR drs.redo_rate = 0 THEN -2
              ELSE CAST(drs.redo_queue_size AS float) / drs.redo_rate END, -2)  AS est_recovery_time_s,
  CASE WHEN drs.is_primary_replica = 1 THEN -1
       WHEN dbcs.is_failover_ready = 1 THEN 0
       ELSE ISNULL(DATEDIFF(second, drs.last_commit_time, drsp.last_commit_time), -2) END AS est_data_loss_s,
  ISNULL(CASE drs.log_send_rate WHEN 0 THEN -1
              ELSE CAST(drs.log_send_queue_size AS float) / drs.log_send_rate END, -1)    AS est_sync_time_s
FROM sys.dm_hadr_database_replica_cluster_states AS dbcs
JOIN sys.availability_replicas AS ar ON ar.replica_id = dbcs.replica_id
JOIN sys.availability_groups   AS ag ON ag.group_id   = ar.group_id
LEFT JOIN sys.dm_hadr_availability_replica_states AS ars
       ON ars.group_id = ar.group_id AND ars.replica_id = ar.replica_id
LEFT JOIN sys.dm_hadr_database_replica_states AS drs
       ON drs.replica_id = dbcs.replica_id AND drs.group_database_id = dbcs.group_database_id
LEFT JOIN sys.dm_hadr_database_replica_states AS drsp
       ON drsp.group_database_id = dbcs.group_database_id AND drsp.group_id = ar.group_id AND drsp.is_primary_replica = 1
WHERE ar.availability_mode <> 4 OR ar.availability_mode IS NULL
ORDER BY ag.is_distributed, ag.name, dbcs.database_name, ar.replica_server_name;
