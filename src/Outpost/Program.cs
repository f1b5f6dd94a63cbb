using System.CommandLine;

var root = new RootCommand("Outpost: field service, assistant, agent hub, and the operator that keeps them running.");

return await root.Parse(args).InvokeAsync();
