using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Outpost.FieldService.Messages;
using Outpost.Kernel;

namespace Outpost.FieldService.Automations;

/// <summary>Reads what an automation was told, from a request as from the database, where somebody may have put anything.</summary>
/// <exception cref="RuleException">VALIDATION_ERROR, from any of its methods; names the setting.</exception>
internal sealed class Config
{
    private const int MostSteps = 10;
    private readonly JsonObject _config;

    public Config(JsonObject config, params string[] known)
    {
        _config = config;
        string[] all = ["channels", .. known];
        foreach (var (key, _) in config)
        {
            if (!all.Contains(key)) throw AutomationRules.UnknownKey(key, all);
        }
    }

    public bool Has(string key) => _config[key] is not null;

    /// <summary>By e-mail, unless something else is said.</summary>
    public Channel[] Channels()
    {
        if (_config["channels"] is not { } given) return [Channel.Email];
        if (given is not JsonArray { Count: > 0 } list) throw AutomationRules.NoChannels();

        var channels = list.Select(word => word is JsonValue value && value.TryGetValue<string>(out var text) && Words<Channel>.TryParse(text, out var channel) ? channel : throw AutomationRules.NoChannels()).ToArray();
        return channels.Distinct().Count() == channels.Length ? channels : throw AutomationRules.NoChannels();
    }

    /// <summary>One number or several, largest first.</summary>
    public decimal[] Numbers(string key, decimal[] usual, decimal least, decimal most)
    {
        if (_config[key] is not { } given) return usual;

        var numbers = (given is JsonArray list ? list : [given.DeepClone()]).Select(one => one is JsonValue value && value.GetValueKind() is JsonValueKind.Number
            && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw AutomationRules.NoNumbers(key, least, most)).ToArray();
        return numbers.Length is >= 1 and <= MostSteps && numbers.Distinct().Count() == numbers.Length
            ? [.. numbers.OrderDescending()]
            : throw AutomationRules.NoNumbers(key, least, most);
    }

    /// <summary>Whole days, fewest first.</summary>
    public int[] Days(string key, int[] usual, int least, int most) =>
        [.. Numbers(key, [.. usual.Select(day => (decimal)day)], least, most).Select(day => day == decimal.Truncate(day) ? (int)day : throw AutomationRules.NoDays(key, least, most)).Order()];

    public TimeOnly Time(string key, TimeOnly usual) => _config[key] switch
    {
        null => usual,
        JsonValue value when value.TryGetValue<string>(out var text) && TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) => time,
        _ => throw AutomationRules.NoTime(key),
    };
}
