using System.CommandLine;
using System.Text.Json;
using Outpost.Kernel;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;
using Outpost.Platform.Secrets;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost user add|list|password</c>: the way in when nobody can sign in any more.</summary>
public static class UserCommands
{
    /// <param name="subsystems">The first one with users is meant where no other is named.</param>
    /// <param name="settings">Reads the configuration of the running installation.</param>
    public static Command Create(IReadOnlyList<Subsystem> subsystems, Func<Settings> settings, TimeProvider? clock = null)
    {
        var operations = new Operations(clock ?? TimeProvider.System);
        var peopled = subsystems.Where(s => s.Users is not null).ToArray();
        var system = new Option<string>("--system") { Description = "Whose users", DefaultValueFactory = _ => peopled[0].Name, Recursive = true };
        system.AcceptOnlyFromAmong([.. peopled.Select(s => s.Name)]);

        var data = UpCommand.DataOption();
        data.Recursive = true;
        var user = new Command("user", "The people who may sign in") { system, data };
        user.Subcommands.Add(Add(Of, Noted));
        user.Subcommands.Add(List(Of));
        user.Subcommands.Add(Password(Of, Noted));
        return user;

        // The journal tells of no person; whose password it was stands in the audit log.
        Task<int> Noted(ParseResult words, string verb, Func<Task<int>> work) =>
            operations.NotedAsync(DataDirectory.Of(words.GetValue(data), settings()), $"user {verb}", words.GetValue(system)!, words.InvocationConfiguration.Error.WriteLine, work);

        (IUsers, Settings) Of(ParseResult words) => (peopled.First(s => s.Name == words.GetValue(system)).Users!, InstalledDatabases.Over(settings(), peopled, words.GetValue(data)));
    }

    private static Command Add(Func<ParseResult, (IUsers, Settings)> of, Func<ParseResult, string, Func<Task<int>>, Task<int>> noted)
    {
        var email = new Argument<string>("email") { Description = "What they sign in with" };
        var name = new Option<string>("--name") { Description = "Full name", Required = true };
        var role = new Option<string>("--role") { Description = "owner, admin or tech", DefaultValueFactory = _ => "tech" };
        var account = new Option<string?>("--account") { Description = "The company's name, where there are several" };
        var stdin = PasswordFromStandardInput();
        var add = new Command("add", "Let somebody sign in; prints a generated password unless one is given") { email, name, role, account, stdin };
        add.SetAction((words, ct) => noted(words, "add", async () =>
        {
            var (users, settings) = of(words);
            var (password, generated) = await PasswordAsync(words.GetValue(stdin), ct);
            await users.AddAsync(settings, new(words.GetValue(account), words.GetValue(email)!, words.GetValue(name)!, words.GetValue(role)!, password), ct);
            await Say(words, $"{words.GetValue(email)} may sign in as {words.GetValue(role)}.", generated ? password : null);
            return ExitCodes.Ok;
        }));
        return add;
    }

    private static Command List(Func<ParseResult, (IUsers, Settings)> of)
    {
        var json = new Option<bool>("--json") { Description = "One JSON array" };
        var list = new Command("list", "Who may sign in") { json };
        list.SetAction(async (words, ct) =>
        {
            var (users, settings) = of(words);
            var known = await users.ListAsync(settings, ct);
            var output = words.InvocationConfiguration.Output;
            if (words.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(known, JsonSerializerOptions.Web));
                return ExitCodes.Ok;
            }

            foreach (var user in known)
            {
                await output.WriteLineAsync($"{user.Email,-32} {user.Role,-6} {(user.Active ? "active" : "deactivated"),-12} {user.FullName} ({user.Account})");
            }

            return ExitCodes.Ok;
        });
        return list;
    }

    private static Command Password(Func<ParseResult, (IUsers, Settings)> of, Func<ParseResult, string, Func<Task<int>>, Task<int>> noted)
    {
        var email = new Argument<string>("email") { Description = "Whose password" };
        var stdin = PasswordFromStandardInput();
        var password = new Command("password", "Set a new password and end all sessions; prints a generated one unless one is given") { email, stdin };
        password.SetAction((words, ct) => noted(words, "password", async () =>
        {
            var (users, settings) = of(words);
            var (chosen, generated) = await PasswordAsync(words.GetValue(stdin), ct);
            await users.SetPasswordAsync(settings, words.GetValue(email)!, chosen, ct);
            await Say(words, $"The password of {words.GetValue(email)} is changed and all sessions are ended.", generated ? chosen : null);
            return ExitCodes.Ok;
        }));
        return password;
    }

    // A password on the command line would stand in the shell's history and in the list of processes.
    private static Option<bool> PasswordFromStandardInput() => new("--password-stdin") { Description = "Read the password from standard input (one line)" };

    private static async Task<(string Password, bool Generated)> PasswordAsync(bool fromStandardInput, CancellationToken ct)
    {
        if (!fromStandardInput) return (Secret.Password(), true);

        var line = await Console.In.ReadLineAsync(ct);
        return string.IsNullOrEmpty(line) ? throw new RuleException("VALIDATION_ERROR", "Standard input held no password. Fix: echo it into the command, or leave --password-stdin out to have one made.") : (line, false);
    }

    private static async Task Say(ParseResult words, string what, string? password)
    {
        await words.InvocationConfiguration.Error.WriteLineAsync(what);
        if (password is not null) await words.InvocationConfiguration.Output.WriteLineAsync($"Password (shown once): {password}");
    }
}
