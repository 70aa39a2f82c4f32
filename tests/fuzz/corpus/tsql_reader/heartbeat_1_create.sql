IF OBJECT_ID(N'dbo.heartbeat', N'U') IS NULL
CREATE TABLE dbo.heartbeat (
  run_id     uniqueidentifier NOT NULL,
  writer_id  int              NOT NULL,
  seq        bigint           NOT NULL,
  client_utc datetime2(7)     NOT NULL,
  server_utc datetime2(7)     NOT NULL CONSTRAINT DF_heartbeat_utc DEFAULT SYSUTCDATETIME(),
  server_name nvarchar(128)   NOT NULL CONSTRAINT DF_heartbeat_srv DEFAULT CONVERT(nvarchar(128), SERVERPROPERTY('ServerName')),
  CONSTRAINT PK_heartbeat PRIMARY KEY CLUSTERED (run_id, writer_id, seq)
);
