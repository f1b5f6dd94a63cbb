using System.Text.Json.Nodes;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Web.Forms;

/// <summary>What the API said to a form, for the page that shows the form again.</summary>
/// <param name="Form">Which form of the page was sent.</param>
/// <param name="Given">What had been filled in.</param>
internal sealed record FormAnswer(string Form, int Status, IFormCollection Given)
{
    /// <summary>The code of the refusal; null when it went well.</summary>
    public string? Code { get; init; }

    /// <summary>What is wrong, for a person; null when it went well.</summary>
    public string? Message { get; init; }

    public IReadOnlyList<Issue> Issues { get; init; } = [];

    /// <summary>The answer itself, for what is shown only this once.</summary>
    public JsonNode? Data { get; init; }

    public bool IsRefused => Message is not null;

    /// <summary>What is wrong with one field, or null.</summary>
    public string? Of(string path) => Issues.FirstOrDefault(issue => issue.Path == path)?.Message;

    /// <summary>What the page's forms were answered, when one of them has just been sent.</summary>
    public static FormAnswer? In(HttpContext http) => http.Features.Get<FormAnswer>();

    /// <summary>The same, only when it was this form.</summary>
    public static FormAnswer? In(HttpContext http, string form) => In(http) is { } answer && answer.Form == form ? answer : null;
}
