using System.Globalization;
using Outpost.Platform.Http;

namespace Outpost.Platform.Configuration;

/// <summary>Every key that Outpost understands. What is not here has no effect.</summary>
public static class SettingKeys
{
    public const string NewSecret = "openssl rand -base64 32";

    private const string Database = "Database";
    private const string Security = "Security";
    private const string Addresses = "Addresses";
    private const string Running = "Running";
    private const string Watching = "Watching";
    private const string Messages = "Messages";
    private const string Models = "Models";
    private const string Backups = "Backups";
    private const string Spending = "Spending";

    private const string Archive = "Archive";

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        new("ENVIRONMENT", Running, "all", "What this is: production or development. In production weak and default secrets are refused.")
        {
            Default = "development", Check = ValueChecks.EnvironmentName,
        },
        new("ENV", Running, "all", "The same as ENVIRONMENT, for machines that set it themselves.") { Default = "as ENVIRONMENT", InTemplate = false, Check = ValueChecks.EnvironmentName },
        new("POSTGRES_DB", Database, "the postgres container", "The database that the container makes at its first start.") { Default = "ai_fsm", Check = ValueChecks.AgreesWithUrl("POSTGRES_DB", u => u.Database) },
        new("POSTGRES_USER", Database, "the postgres container", "The role that owns the tables and migrates.") { Default = "fsm_owner", Check = ValueChecks.AgreesWithUrl("POSTGRES_USER", u => u.User) },
        new("POSTGRES_PASSWORD", Database, "the postgres container", "Its password: strong and random.")
        {
            Kind = SettingKind.Secret, Generate = "openssl rand -hex 24", RequiredBecause = Deployments.NeedsPostgresPassword, Check = ValueChecks.DatabasePassword,
        },
        new("DATABASE_URL", Database, "all", "How the services reach PostgreSQL, as a role that row-level security binds: " + PostgresUrl.Form + ". Percent-encode special characters in the password. "
            + "Left out, outpost up keeps a private PostgreSQL in OUTPOST_DATA.")
        {
            Kind = SettingKind.PostgresUrl, RequiredBecause = Deployments.NeedsDatabase, Check = ValueChecks.Database, Doubt = ValueChecks.DatabaseRole,
        },
        new("DATABASE_OWNER_URL", Database, "migrate", "The same database as the role that owns the tables. Migrations and backups use it.")
        {
            Kind = SettingKind.PostgresUrl, Default = "as DATABASE_URL", Check = ValueChecks.OwnerDatabase,
        },
        new("FSM_DATABASE_URL", Database, "fsm, worker", "The field service's database, where it is not the one of DATABASE_URL.")
        {
            Kind = SettingKind.PostgresUrl, Default = "as DATABASE_URL", Check = ValueChecks.Database, Doubt = ValueChecks.DatabaseRole,
        },
        new("FSM_DATABASE_OWNER_URL", Database, "migrate", "The field service's database as its owner.")
        {
            Kind = SettingKind.PostgresUrl, Default = "as DATABASE_OWNER_URL", Check = ValueChecks.OwnerDatabase,
        },
        new("REDIS_URL", Database, "all", "How the services reach Redis: redis://host:6379/0, with rediss:// for TLS, redis://:password@host when it wants a password, or unix:///path/of/redis.sock.")
        {
            Kind = SettingKind.RedisUrl, RequiredBecause = Deployments.NeedsRedis, Check = ValueChecks.Redis,
        },
        new("REDIS_CA_FILE", Database, "all", "A PEM file with the authorities that vouch for the certificate of a rediss:// server, instead of the machine's own.") { InTemplate = false },
        new("AUTH_SECRET", Security, "fsm", "Signs the session cookies: at least 32 random characters. Whoever knows it can sign in as anybody; changing it signs everybody out.")
        {
            Kind = SettingKind.Secret, Generate = NewSecret, RequiredBecause = Deployments.NeedsAuthSecret, Check = ValueChecks.AuthSecret,
        },
        new("SECURE_COOKIES", Security, "fsm", "With true the session cookie goes over HTTPS only. Set it to false only where people sign in over plain HTTP in a network you trust.")
        {
            Default = "true in production", Check = ValueChecks.TrueOrFalse, Doubt = ValueChecks.InsecureCookies,
        },
        new("TRUSTED_PROXIES", Security, "fsm", "Addresses or networks, joined by commas, of the proxies in front: 127.0.0.1,10.0.0.0/8. Only they are believed when they say who is calling.")
        {
            Default = "none", Check = ValueChecks.Networks,
        },
        new("CLIENT_IP_HEADER", Security, "fsm", "The header in which those proxies always name the caller alone, such as Fly-Client-IP, where X-Forwarded-For ends with an address of the platform's.")
        {
            Default = "X-Forwarded-For", InTemplate = false,
        },
        new(PublicHttp.AllowPrivate, Security, "fsm, worker", "With true webhooks and messages may also go to http:// and to addresses inside your own network: for development, or for a receiver on the same network.")
        {
            Default = "false", Check = ValueChecks.TrueOrFalse, Doubt = ValueChecks.PrivateTargets,
        },
        new("FSM_HOST", Addresses, "fsm", "The address to listen on. 0.0.0.0 opens the port to every network of this machine.") { Default = "127.0.0.1", Check = ValueChecks.Address },
        new("FSM_PORT", Addresses, "fsm", "The port of the field service.") { Kind = SettingKind.Port, Default = "3000", Check = ValueChecks.Port },
        new("FSM_URL", Addresses, "outpost fsm", "Where the field service is that programs on this machine talk to: https://fsm.example.com.")
        {
            Default = "http://127.0.0.1 with FSM_PORT", InTemplate = false, Check = ValueChecks.HttpUrl,
        },
        new("FSM_API_KEY", Security, "outpost fsm", "The API key with which outpost fsm calls the field service.") { Kind = SettingKind.Secret, InTemplate = false },
        new("FSM_API_KEY_FILE", Security, "outpost fsm", "A file that holds the API key, instead of FSM_API_KEY.") { InTemplate = false },
        new("AICQ_URL", Addresses, "outpost aicq", "The hub that outpost aicq takes part in: https://hub.example.com.")
        {
            Default = "http://127.0.0.1 with AICQ_PORT", InTemplate = false, Check = ValueChecks.HttpUrl,
        },
        new("AICQ_CONFIG", Running, "outpost aicq", "The directory of the agent's agent.json and private.key.") { Default = "~/.aicq", InTemplate = false },
        new("AICQ_ROOM_KEY", Security, "outpost aicq", "The key of a private room, for outpost aicq.") { Kind = SettingKind.Secret, InTemplate = false },
        new("PORT", Addresses, "a service that runs alone", "The port of the one service in a container; FSM_PORT goes before it.") { Kind = SettingKind.Port, Check = ValueChecks.Port },
        new("OUTPOST_DATA", Running, "outpost up", "The directory of everything that outpost up keeps: the private PostgreSQL and Redis, documents, backups.") { Default = "~/.local/share/outpost" },
        new(DataPath.FilesKey, Running, "fsm", "The directory of what people upload, such as receipts. It belongs into every backup.") { Default = "files inside OUTPOST_DATA" },
        new("WORKER_POLL_MS", Running, "worker", "How long the worker waits at most before it looks again what is due, in milliseconds. The database wakes it earlier.")
        {
            Default = "30000", Check = ValueChecks.Between(100, 3_600_000),
        },
        new("WORKER_CONCURRENCY", Running, "worker", "How many jobs the worker does at once.") { Default = "2", Check = ValueChecks.Between(1, 64) },
        new("DOTNET_GCHeapHardLimit", Running, "all", "The most memory for objects that one process may use, in bytes and hexadecimal: 0x10000000 are 256 MB.")
        {
            Default = "no limit but the machine's", Check = ValueChecks.HeapLimit,
        },
        new("NODE_OPTIONS", Running, "nothing here", "Has no effect on Outpost, and is accepted for the sake of older .env files. DOTNET_GCHeapHardLimit limits the memory.") { InTemplate = false, Doubt = ValueChecks.NodeOptions },
        new("PUBLIC_URL", Messages, "fsm, worker", "Where clients reach the field service from outside, for the links in messages: https://office.example.com.") { Default = "FSM_HOST and FSM_PORT", Check = ValueChecks.HttpUrl },
        new("PDF_PYTHON", Running, "fsm, worker", "The Python that has WeasyPrint, which prints PDF: apt install weasyprint.") { Default = "/usr/bin/python3", InTemplate = false },
        new("STRIPE_SECRET_KEY", Security, "fsm", "Lets clients pay invoices online, with Stripe: the secret key of your account. Left out, nobody pays online.") { Kind = SettingKind.Secret },
        new("STRIPE_WEBHOOK_SECRET", Security, "fsm", "The signing secret of the webhook endpoint /webhooks/stripe; two joined by a comma while one is exchanged.")
        {
            Kind = SettingKind.Secret, RequiredBecause = settings => settings["STRIPE_SECRET_KEY"] is null ? null : "STRIPE_SECRET_KEY is set",
        },
        new("STRIPE_API_URL", Addresses, "fsm", "Another provider that speaks as Stripe does.") { Default = "https://api.stripe.com", InTemplate = false, Check = ValueChecks.HttpUrl },
        new("SMTP_HOST", Messages, "worker", "The mail server that takes letters to clients. Left out, they wait in the outbox and say so.") { Default = "none" },
        new("SMTP_PORT", Messages, "worker", "Its port: 587 with STARTTLS, 465 with TLS.") { Kind = SettingKind.Port, Default = "587", Check = ValueChecks.Port },
        new("SMTP_SECURITY", Messages, "worker", "How the way to it is encrypted: starttls, tls (from the first byte) or none.") { Default = "tls on port 465, otherwise starttls", Check = ValueChecks.OneOf("starttls", "tls", "none") },
        new("SMTP_USER", Messages, "worker", "The name to sign in to it with. Left out, nobody signs in.") { Default = "none" },
        new("SMTP_PASSWORD", Messages, "worker", "The password to it.") { Kind = SettingKind.Secret },
        new("SMTP_FROM", Messages, "worker", "The address that clients see as the sender: office@example.com.")
        {
            RequiredBecause = settings => settings["SMTP_HOST"] is null ? null : "SMTP_HOST is set", Check = ValueChecks.MailAddress,
        },
        new("SMTP_TIMEOUT_SECONDS", Messages, "worker", "How long a letter may take to be handed over, and then to be acknowledged.") { Default = "30", Check = ValueChecks.Between(1, 600) },
        new("SMS_WEBHOOK_URL", Messages, "worker", "The gateway that takes text messages, as signed JSON by the Standard Webhooks scheme.") { Default = "none", Check = ValueChecks.HttpUrl },
        new("SMS_WEBHOOK_SECRET", Messages, "worker", "The secret it knows us by: whsec_ and 24 to 64 random bytes in base64.")
        {
            Kind = SettingKind.Secret, Generate = "echo whsec_$(openssl rand -base64 32)", RequiredBecause = settings => settings["SMS_WEBHOOK_URL"] is null ? null : "SMS_WEBHOOK_URL is set",
        },
        new("CHAT_WEBHOOK_URL", Messages, "worker", "The gateway that takes chat messages, in the same way.") { Default = "none", Check = ValueChecks.HttpUrl },
        new("CHAT_WEBHOOK_SECRET", Messages, "worker", "The secret it knows us by.")
        {
            Kind = SettingKind.Secret, Generate = "echo whsec_$(openssl rand -base64 32)", RequiredBecause = settings => settings["CHAT_WEBHOOK_URL"] is null ? null : "CHAT_WEBHOOK_URL is set",
        },
        new("AICQ_DATABASE_URL", Database, "aicq", "The hub's database, where it is not the one of DATABASE_URL.")
        {
            Kind = SettingKind.PostgresUrl, Default = "as DATABASE_URL", Check = ValueChecks.Database, Doubt = ValueChecks.DatabaseRole,
        },
        new("AICQ_DATABASE_OWNER_URL", Database, "migrate", "The hub's database as its owner.")
        {
            Kind = SettingKind.PostgresUrl, Default = "as DATABASE_OWNER_URL", Check = ValueChecks.OwnerDatabase,
        },
        new("AICQ_MIGRATE", Database, "aicq", "With true the hub brings its database to the newest schema when it starts; with false that is left to outpost migrate up.") { Default = "true", Check = ValueChecks.TrueOrFalse },
        new("AICQ_HOST", Addresses, "aicq", "The address to listen on. 0.0.0.0 opens the port to every network of this machine.") { Default = "127.0.0.1", Check = ValueChecks.Address },
        new("AICQ_PORT", Addresses, "aicq", "The port of the agent hub.") { Kind = SettingKind.Port, Default = "8080", Check = ValueChecks.Port },
        new("AUTO_BLOCK_ENABLED", Security, "aicq", "With true an address that goes over a limit ten times within an hour is blocked for a day.") { Default = "true, except for this machine itself", Check = ValueChecks.TrueOrFalse },
        new("RATE_LIMIT_WHITELIST", Security, "aicq", "Addresses or networks, joined by commas, that are neither limited nor blocked.") { Default = "none" },
        new("ADMIN_AGENT_ID", Security, "aicq", "The id of the agent that may delete anybody's messages.") { Default = "none" },
        new("AICQ_REQUIRE_PROOF", Security, "aicq", "With true an agent registers only with a proof that it holds its private key, which the first clients do not send.") { Default = "false", InTemplate = false, Check = ValueChecks.TrueOrFalse },
        new("AICQ_REQUESTS_PER_MINUTE", Security, "aicq", "How many limited requests one address may make in a minute, of whatever kind.") { Default = "600", Check = ValueChecks.Between(1, 1_000_000) },
        new("AICQ_ROOM_MESSAGES", Running, "aicq", "The most messages that one room holds; the oldest go first. All go after a day.") { Default = "250000", Check = ValueChecks.Between(100, 10_000_000) },
        new("AICQ_INBOX_MESSAGES", Running, "aicq", "The most direct messages that wait for one agent. They go after a week.") { Default = "2000", Check = ValueChecks.Between(10, 1_000_000) },
        new("AICQ_INBOX_MESSAGES_PER_SENDER", Running, "aicq", "The most of them from one sender.") { Default = "200", Check = ValueChecks.Between(1, 1_000_000) },
        new("AICQ_STREAMS", Running, "aicq", "The most live streams that one instance holds open; HTTP_CONNECTIONS must be larger.") { Default = "12000", Check = ValueChecks.Between(1, 1_000_000) },
        new("AICQ_STREAMS_PER_ADDRESS", Security, "aicq", "The most live streams that one address holds open.") { Default = "100", InTemplate = false, Check = ValueChecks.Between(1, 1_000_000) },
        new("ARCHIVE", Archive, "outpost up", "Archives the database continuously, so that it can be restored to any instant: pgbackrest, stream (PostgreSQL's own tools, loses nothing with ARCHIVE_SYNCHRONOUS), or off.")
        {
            Default = "off", Check = ValueChecks.OneOf("off", "pgbackrest", "stream"),
        },
        new("ARCHIVE_DIR", Archive, "outpost up", "Where backups and log go. On another disk than the database it survives the loss of that disk.") { Default = "archive inside OUTPOST_DATA" },
        new("ARCHIVE_URL", Archive, "outpost up", "The PostgreSQL to archive, as a superuser, where it is not the one that outpost up keeps.") { Kind = SettingKind.PostgresUrl, Default = "the private one", Check = ValueChecks.Database },
        new("ARCHIVE_SYNCHRONOUS", Archive, "outpost up", "With stream: wait lets each write wait until the archive has it (nothing is ever lost, and writes stand still without the receiver); "
            + "continue does the same and lets writes go on after 10 s without the receiver; off never waits.")
        {
            Default = "off", Check = ValueChecks.OneOf("off", "wait", "continue"),
        },
        new("ARCHIVE_TIMEOUT_SECONDS", Archive, "outpost up", "With pgbackrest: how old log may become before it is archived, full or not. It bounds what can be lost.") { Default = "60", Check = ValueChecks.Between(1, 3600) },
        new("ARCHIVE_KEEP_DAYS", Archive, "outpost up", "How far back it can be restored to.") { Default = "7", Check = ValueChecks.Between(1, 3650) },
        new("ARCHIVE_HEARTBEAT_SECONDS", Archive, "outpost up", "How often it is measured what would be lost now; each time one small row is written.") { Default = "5", Check = ValueChecks.Between(1, 3600) },
        new("ARCHIVE_BACKLOG_MB", Archive, "outpost up", "How much log may wait on the database's disk while it cannot be archived. Beyond that it is given up, so that the disk does not fill.")
        {
            Default = "1024", Check = ValueChecks.Between(64, 1_048_576),
        },
        new("LOG_LEVEL", Watching, "all", "The least that is logged: trace, debug, info, warn or error.") { Default = "info", Check = ValueChecks.LogLevel },
        new("OTEL_EXPORTER_OTLP_ENDPOINT", Watching, "all", "Where to send traces: http://localhost:4317. Left out, none are sent.") { Check = ValueChecks.HttpUrl },
        new("OTEL_SERVICE_NAME", Watching, "all", "How traces and metrics name this service.") { Default = "the role's name" },
        new("REGION", Watching, "all", "The region that health answers name.") { Default = "as FLY_REGION" },
        new("INSTANCE", Watching, "all", "The instance that health answers name.") { Default = "as FLY_ALLOC_ID, else the machine's name" },
        new("FLY_REGION", Watching, "all", "Set by Fly; see REGION.") { InTemplate = false },
        new("FLY_ALLOC_ID", Watching, "all", "Set by Fly; see INSTANCE.") { InTemplate = false },
        new("DATABASE_BACKUP_URL", Database, "outpost backup", "The same database as a role that reads everything and writes nothing: bypassrls, in role pg_read_all_data. Backups use no other.")
        {
            Kind = SettingKind.PostgresUrl, Check = ValueChecks.Database,
        },
        new("FSM_DATABASE_BACKUP_URL", Database, "outpost backup", "The field service's database as that role.") { Kind = SettingKind.PostgresUrl, Default = "as DATABASE_BACKUP_URL", Check = ValueChecks.Database },
        new("ASSISTANT_DATABASE_BACKUP_URL", Database, "outpost backup", "The assistant's database as that role.")
        {
            Kind = SettingKind.PostgresUrl, Default = "as DATABASE_BACKUP_URL", InTemplate = false, Check = ValueChecks.Database,
        },
        new("AICQ_DATABASE_BACKUP_URL", Database, "outpost backup", "The agent hub's database as that role.")
        {
            Kind = SettingKind.PostgresUrl, Default = "as DATABASE_BACKUP_URL", InTemplate = false, Check = ValueChecks.Database,
        },
        new("DATABASE_ADMIN_URL", Database, "outpost restore", "The server as a role that may create databases and roles. Only a restore uses it; it can be set for that command alone.")
        {
            Kind = SettingKind.PostgresUrl, InTemplate = false, Check = ValueChecks.Database,
        },
        new("FSM_DATABASE_ADMIN_URL", Database, "outpost restore", "The field service's server as that role.") { Kind = SettingKind.PostgresUrl, Default = "as DATABASE_ADMIN_URL", InTemplate = false, Check = ValueChecks.Database },
        new("ASSISTANT_DATABASE_ADMIN_URL", Database, "outpost restore", "The assistant's server as that role.") { Kind = SettingKind.PostgresUrl, Default = "as DATABASE_ADMIN_URL", InTemplate = false, Check = ValueChecks.Database },
        new("AICQ_DATABASE_ADMIN_URL", Database, "outpost restore", "The agent hub's server as that role.") { Kind = SettingKind.PostgresUrl, Default = "as DATABASE_ADMIN_URL", InTemplate = false, Check = ValueChecks.Database },
        new("BACKUP_DIR", Backups, "outpost backup", "The directory of backups, best on another disk than the database.") { Default = "backups inside OUTPOST_DATA" },
        new("BACKUP_KEEP_DAYS", Backups, "outpost backup", "How many days backups stay in that directory.") { Default = "7; 30 for the assistant's", Check = ValueChecks.Between(1, 3650) },
        new("BACKUP_KEEP_LAST", Backups, "outpost backup", "That many verified backups of each part stay however old they are.") { Default = "3", Check = ValueChecks.Between(1, 3650) },
        new("BACKUP_OFFSITE", Backups, "outpost backup", "Where copies go: a directory on another disk, rclone:REMOTE:PATH, rsync:HOST:/PATH; several joined by commas. A copy that does not arrive is a failed backup.") { Default = "none" },
        new("BACKUP_OFFSITE_KEEP_DAYS", Backups, "outpost backup", "How many days copies stay there.") { Default = "30", Check = ValueChecks.Between(1, 3650) },
        new("BACKUP_ENCRYPT", Backups, "outpost backup", "What is encrypted with age: offsite (what leaves this machine) or none.") { Default = "offsite", Check = ValueChecks.OneOf("offsite", "none") },
        new("BACKUP_RECIPIENTS", Backups, "outpost backup", "Public keys of age for which copies are encrypted, joined by commas. Left out, a pair is made in BACKUP_IDENTITY.") { Default = "that of BACKUP_IDENTITY" },
        new("BACKUP_IDENTITY", Backups, "outpost backup", "The file of the private key that decrypts copies. Keep a copy of it away from this machine.") { Default = "backup.key inside OUTPOST_DATA" },
        new("BACKUP_SCHEDULE", Backups, "outpost up", "When outpost up takes a backup each day, by this machine's clock: 02:00; or off.") { Default = "02:00", Check = ValueChecks.TimeOfDayOrOff },
        new("DRILL_SCHEDULE", Backups, "outpost up", "On which day of the month and when outpost up proves that the newest backup brings everything back: 1 03:30; or off.") { Default = "1 03:30", Check = ValueChecks.DayAndTimeOrOff },
        new("DECISION_LOG", Backups, "outpost drill", "The file to which each drill adds what it has found.") { Default = "docs/DECISION_LOG.md inside OUTPOST_DATA" },
        new("ASSISTANT_DATABASE_URL", Database, "assistant", "The assistant's database, where it is not the one of DATABASE_URL.")
        {
            Kind = SettingKind.PostgresUrl, Default = "as DATABASE_URL", Check = ValueChecks.Database, Doubt = ValueChecks.DatabaseRole,
        },
        new("ASSISTANT_DATABASE_OWNER_URL", Database, "migrate", "The assistant's database as its owner.")
        {
            Kind = SettingKind.PostgresUrl, Default = "as DATABASE_OWNER_URL", Check = ValueChecks.OwnerDatabase,
        },
        new("ASSISTANT_HOST", Addresses, "assistant", "The address to listen on. 0.0.0.0 opens the port to every network of this machine.") { Default = "127.0.0.1", Check = ValueChecks.Address },
        new("ASSISTANT_PORT", Addresses, "assistant", "The port of the assistant.") { Kind = SettingKind.Port, Default = "8090", Check = ValueChecks.Port },
        new("COST_LIMIT_PER_REQUEST", Spending, "assistant", "What one request may cost at most, in dollars; none for no limit. What could cost more is refused before a provider is asked.") { Default = "1.00", Check = ValueChecks.Dollars },
        new("COST_LIMIT_PER_HOUR", Spending, "assistant", "What may be spent within any 60 minutes.") { Default = "10.00", Check = ValueChecks.Dollars },
        new("COST_LIMIT_PER_DAY", Spending, "assistant", "What may be spent within any 24 hours.") { Default = "50.00", Check = ValueChecks.Dollars },
        new("COST_WARN_PER_REQUEST", Spending, "assistant", "From which cost of one request on to warn.") { Default = "0.50", Check = ValueChecks.Dollars },
        new("COST_WARN_PER_HOUR", Spending, "assistant", "From which spending within 60 minutes on to warn, once per window.") { Default = "5.00", Check = ValueChecks.Dollars },
        new("COST_WARN_PER_DAY", Spending, "assistant", "From which spending within 24 hours on to warn, once per window.") { Default = "20.00", Check = ValueChecks.Dollars },
        new("COST_POLICY", Spending, "assistant", "What happens to a request that could cost more than there is room for: strict refuses it, clamp_max_tokens limits its output to what fits and says so.")
        {
            Default = "strict", Check = ValueChecks.OneOf("strict", "clamp_max_tokens"),
        },
        new("COST_LEASES", Spending, "assistant", "With true, who asks often is given part of the budget ahead and waits for no database. What is left over after a kill is flagged.") { Default = "false", InTemplate = false, Check = ValueChecks.TrueOrFalse },
        new("SESSION_TIMEOUT", Running, "assistant", "How long a chat session lives without a message, in seconds. What was said stays in its conversation.") { Default = "3600", Check = ValueChecks.Between(60, 2_592_000) },
        new("ANTHROPIC_API_KEY", Models, "assistant", "The key for Anthropic's models.") { Kind = SettingKind.Secret, Check = ValueChecks.ProviderKey, Doubt = ValueChecks.KeyBeginsWith("sk-ant-") },
        new("OPENAI_API_KEY", Models, "assistant", "The key for OpenAI's models.") { Kind = SettingKind.Secret, Check = ValueChecks.ProviderKey, Doubt = ValueChecks.KeyBeginsWith("sk-") },
        new("GOOGLE_API_KEY", Models, "assistant", "The key for Google's models.") { Kind = SettingKind.Secret, Check = ValueChecks.ProviderKey, Doubt = ValueChecks.KeyBeginsWith("AIza", "AQ.") },
        new("ASSISTANT_MODELS", Models, "assistant", "The file of models and their prices.") { Default = "config/models.yaml, else the list built in" },
        new("DEFAULT_ROUTING_STRATEGY", Models, "assistant", "How a model is chosen for auto: capability, quality, cost or speed.")
        {
            Default = "as the file of models says", Check = ValueChecks.OneOf("capability", "quality", "cost", "speed", "capability_based", "quality_first", "cost_optimized", "speed_first"),
        },
        new("ASSISTANT_DEADLINE_SECONDS", Models, "assistant", "How long an answer may take, with all that is tried for it.") { Default = "300", Check = ValueChecks.Between(1, 3600) },
        new("ASSISTANT_PRACTICE", Models, "assistant", "With true a practice provider answers where there is no key: to try things, it knows no answers.") { Default = "false", Check = ValueChecks.TrueOrFalse },
        new("ASSISTANT_PRACTICE_URL", Models, "assistant", "The same, with a practice provider that runs by itself: outpost assistant fake-provider.") { Default = "none", InTemplate = false, Check = ValueChecks.HttpUrl },
        new("OUTPOST_ENV_FILE", Running, "all", "The file to read instead of .env. Only the environment can say so.") { Default = ".env", InTemplate = false },
    ];

    private static readonly string[] SecretWords = ["SECRET", "PASSWORD", "TOKEN", "API_KEY", "PRIVATE_KEY"];

    private static readonly Dictionary<string, SettingKey> ByName = All.ToDictionary(k => k.Name, StringComparer.Ordinal);

    public static SettingKey? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>A value as it may be shown: secrets only by their length, URLs without their password. What is unknown may be a secret and is hidden.</summary>
    public static string Show(string name, string value)
    {
        if (Find(name) is not { } key) return Hidden(value);

        try
        {
            return key.Kind switch
            {
                SettingKind.Secret => Hidden(value),
                SettingKind.PostgresUrl => PostgresUrl.Parse(name, value).ToString(),
                SettingKind.RedisUrl => RedisUrl.Parse(name, value).ToString(),
                // A value that its key does not take may be a secret on the wrong line.
                SettingKind.Text or SettingKind.Port => key.Check(value, new Settings(new Dictionary<string, string>())) is null ? value : Hidden(value),
                _ => Hidden(value),
            };
        }
        catch (SettingsException)
        {
            return Hidden(value);
        }
    }

    /// <summary>What of a value must never be read by anyone.</summary>
    internal static IEnumerable<string> SecretsIn(string name, string value) => Find(name)?.Kind switch
    {
        SettingKind.Secret => [value],
        SettingKind.PostgresUrl => [value, .. PasswordOf(() => PostgresUrl.Parse(name, value).Password)],
        SettingKind.RedisUrl => [value, .. PasswordOf(() => RedisUrl.Parse(name, value).Password)],
        null when LooksSecret(name) => [value],
        _ => [],
    };

    private static bool LooksSecret(string name) =>
        SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string[] PasswordOf(Func<string?> parse)
    {
        try
        {
            return parse() is { } password ? [password] : [];
        }
        catch (SettingsException)
        {
            return [];
        }
    }

    private static string Hidden(string value) => string.Create(CultureInfo.InvariantCulture, $"{Secrets.Redaction.Mark} ({value.Length} characters)");
}
