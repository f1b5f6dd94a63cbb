namespace Outpost.Assistant.Catalogue;

/// <summary>One model that can be asked, as the list of models describes it.</summary>
internal sealed record Model
{
    /// <summary>What callers ask for: <c>claude-sonnet-4-5</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Other names that callers may use for it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The provider's name in the list.</summary>
    public required string Provider { get; init; }

    /// <summary>What the provider calls it.</summary>
    public required string Id { get; init; }

    public ModelUse Use { get; init; } = ModelUse.Chat;

    /// <summary>Tokens of input and output together.</summary>
    public required int Context { get; init; }

    /// <summary>The most tokens it puts out, thinking included; 0 for embeddings.</summary>
    public required int MaxOutput { get; init; }

    /// <summary>The smallest number that its API takes for the most it may put out.</summary>
    public int LeastOutput { get; init; } = 1;

    public Abilities Can { get; init; }

    /// <summary>How it is told how hard to think, where its API knows more than one way.</summary>
    public Thinking Thinking { get; init; }

    /// <summary>Whether it takes temperature and top_p; the models that think refuse them.</summary>
    public bool Sampling { get; init; } = true;

    /// <summary>How many tokens an image can count as; null when it sees none.</summary>
    public ImageTokens? Images { get; init; }

    /// <summary>The ranks that routing compares, 1 to 100; more is better.</summary>
    public int Quality { get; init; } = 50;

    public int Speed { get; init; } = 50;

    /// <summary>Whether it may be chosen when the caller names no model.</summary>
    public bool Auto { get; init; } = true;

    /// <summary>Asked in this order when this model does not answer; only when the caller named it.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];

    /// <summary>Oldest first, one for a day at most. Empty when nobody has said what it costs; it is not asked then.</summary>
    public IReadOnlyList<Price> Prices { get; init; } = [];

    /// <summary>The price on a day; null when none holds yet.</summary>
    public Price? PriceOn(DateOnly day) => Prices.LastOrDefault(price => price.From <= day);
}

internal enum ModelUse { Chat, Embedding }

[Flags]
internal enum Abilities { None = 0, Vision = 1, Tools = 2, Reasoning = 4, Json = 8, Documents = 16 }

/// <summary>Anthropic's ways of being told: not at all, with a number of tokens, or with a word.</summary>
internal enum Thinking { None, Budget, Adaptive }

/// <summary>An upper bound for the tokens of one image.</summary>
/// <param name="Flat">For an image of any size: the provider shrinks what is larger.</param>
/// <param name="PerTile">For each tile of <paramref name="TileSide"/> pixels a side, begun ones counted whole; 0 when <paramref name="Flat"/> says it all.</param>
internal sealed record ImageTokens(int Flat, int PerTile = 0, int TileSide = 0);
