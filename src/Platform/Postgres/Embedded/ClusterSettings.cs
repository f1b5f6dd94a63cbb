using System.Globalization;
using Outpost.Platform.Processes;

namespace Outpost.Platform.Postgres.Embedded;

/// <summary>The configuration of the private cluster: durable before fast, small before large. Written anew at each start.</summary>
internal static class ClusterSettings
{
    internal const string Access = """
        # Written by outpost at each start. Nobody connects over a network, and nobody without a password.
        local all         all scram-sha-256
        local replication all scram-sha-256

        """;

    internal static void Write(ClusterPlace place, PostgresMemory memory, WalShipping? shipping)
    {
        AtomicFile.Write(place.Configuration, Render(place, memory, shipping), AtomicFile.Readable);
        AtomicFile.Write(place.Access, Access, AtomicFile.Readable);
    }

    internal static string Render(ClusterPlace place, PostgresMemory memory, WalShipping? shipping = null) => string.Create(CultureInfo.InvariantCulture, $"""
        # Written by outpost at each start. Your own settings go into {place.OwnSettings}, which is read last.
        cluster_name = 'outpost'
        data_directory = {Quote(place.Data)}
        hba_file = {Quote(place.Access)}

        listen_addresses = ''
        unix_socket_directories = {Quote($"\"{place.Sockets.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")}
        unix_socket_permissions = 0700
        max_connections = {memory.Connections}
        password_encryption = 'scram-sha-256'

        fsync = on
        synchronous_commit = on
        full_page_writes = on
        wal_level = replica
        max_wal_senders = 8
        archive_mode = {(shipping?.Command is null ? "off" : "on")}
        archive_command = {Quote(shipping?.Command ?? "")}
        archive_timeout = {(shipping?.Command is null ? 0 : (int)shipping.Timeout.TotalSeconds)}
        synchronous_standby_names = {Quote(shipping?.Synchronous ?? "")}
        # A receiver or a standby that is gone must not fill the disk: at this much it is given up, and has to be made anew.
        max_slot_wal_keep_size = {shipping?.LargestBacklog ?? WalShipping.UsualBacklog}MB
        min_wal_size = 32MB
        max_wal_size = 256MB
        checkpoint_timeout = 10min
        checkpoint_completion_target = 0.9

        shared_buffers = {memory.SharedBuffers}MB
        wal_buffers = {memory.WalBuffers}MB
        work_mem = {memory.Work}MB
        maintenance_work_mem = {memory.MaintenanceWork}MB
        effective_cache_size = {memory.EffectiveCache}MB
        temp_file_limit = 2GB
        max_worker_processes = 4
        max_parallel_workers = 2
        max_parallel_workers_per_gather = 1
        max_parallel_maintenance_workers = 1
        max_logical_replication_workers = 0
        jit = off
        random_page_cost = 1.1
        effective_io_concurrency = 16

        autovacuum = on
        autovacuum_max_workers = {PostgresMemory.AutovacuumWorkers}
        autovacuum_naptime = 1min
        autovacuum_vacuum_scale_factor = 0.1
        autovacuum_analyze_scale_factor = 0.05

        log_destination = 'stderr'
        logging_collector = off
        log_line_prefix = '%m [%p] %q%u@%d '
        log_timezone = 'UTC'
        timezone = 'UTC'
        log_min_duration_statement = 1s
        # The detail of an error quotes the row it is about, and rows hold people.
        log_error_verbosity = terse
        log_parameter_max_length = 0
        log_parameter_max_length_on_error = 0
        log_checkpoints = off
        log_lock_waits = on
        log_temp_files = 10MB

        {(File.Exists(place.OwnSettings) ? $"include = {Quote(place.OwnSettings)}" : "")}

        """);

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
