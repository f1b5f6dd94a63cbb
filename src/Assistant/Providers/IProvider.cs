namespace Outpost.Assistant.Providers;

/// <summary>One way to reach models: an address that speaks one of the four APIs.</summary>
internal interface IProvider
{
    /// <summary>Its name in the list of models.</summary>
    string Name { get; }

    /// <summary>
    /// Asks once; nothing is asked again here. The events come as the wire brings them, <see cref="AnswerEventKind.Started"/> first and
    /// <see cref="AnswerEventKind.Finished"/> last. Cancelling closes the connection at once.
    /// </summary>
    /// <param name="attempt">Sent along, so that the provider's log and ours can be laid side by side.</param>
    /// <exception cref="ProviderException">It did not answer, or not to the end.</exception>
    IAsyncEnumerable<AnswerEvent> AnswerAsync(Catalogue.Model model, ModelRequest request, Guid attempt, CancellationToken ct);

    /// <summary>Turns texts into vectors; asks once.</summary>
    /// <param name="dimensions">How long the vectors are to be, where the model lets one choose.</param>
    /// <exception cref="ProviderException">It did not answer, or with something else.</exception>
    Task<Embedded> EmbedAsync(Catalogue.Model model, IReadOnlyList<string> texts, int? dimensions, Guid attempt, CancellationToken ct);
}
