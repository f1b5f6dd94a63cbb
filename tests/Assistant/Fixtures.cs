using Outpost.Testing;

[assembly: AssemblyFixture(typeof(PostgresServer))]
