SET NOCOUNT ON;
SELECT ag.name AS ag_name, ag.is_distributed, ars.role, ars.role_desc, ars.operational_state_desc
FROM sys.dm_hadr_availability_replica_states AS ars
JOIN sys.availability_groups AS ag ON ag.group_id = ars.group_id
WHERE ars.is_local = 1;
