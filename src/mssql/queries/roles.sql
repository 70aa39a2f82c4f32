-- The roles this instance has, one row a group; a member of a distributed group has two.
-- Permission: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE), VIEW ANY DEFINITION.
-- Versions: 2017 and later.
SELECT ag.name AS group_name,
       ag.is_distributed,
       CONVERT(varchar(20), ag.sequence_number) AS sequence_number,
       ars.role_desc,
       ars.operational_state_desc
FROM sys.dm_hadr_availability_replica_states AS ars
JOIN sys.availability_groups AS ag ON ag.group_id = ars.group_id
WHERE ars.is_local = 1
ORDER BY ag.is_distributed, ag.name;
