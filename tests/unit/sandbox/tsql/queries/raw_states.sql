SET NOCOUNT ON;
SELECT s.replica_id, s.group_id, s.is_local, s.role, s.role_desc, s.operational_state, s.operational_state_desc,
       s.connected_state, s.connected_state_desc, s.recovery_health, s.recovery_health_desc,
       s.synchronization_health, s.synchronization_health_desc, s.last_connect_error_number,
       s.last_connect_error_description, s.last_connect_error_timestamp, s.write_lease_remaining_ticks,
       s.current_configuration_commit_start_time_utc
FROM sys.dm_hadr_availability_replica_states AS s;
