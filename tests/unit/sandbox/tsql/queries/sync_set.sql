SET NOCOUNT ON;
SELECT ag.name, ag.required_synchronized_secondaries_to_commit AS rsstc, ag.sequence_number,
       SUM(CASE WHEN ar.availability_mode = 1 THEN 1 ELSE 0 END) AS sync_replicas,
       SUM(CASE WHEN ars.is_local = 0 AND ar.availability_mode = 1 AND ars.connected_state = 1 AND ars.synchronization_health = 2 THEN 1 ELSE 0 END) AS healthy_sync_secondaries
FROM sys.availability_groups AS ag
JOIN sys.availability_replicas AS ar ON ar.group_id = ag.group_id
LEFT JOIN sys.dm_hadr_availability_replica_states AS ars ON ars.replica_id = ar.replica_id AND ars.group_id = ag.group_id
WHERE ag.is_distributed = 0
GROUP BY ag.name, ag.required_synchronized_secondaries_to_commit, ag.sequence_number;
