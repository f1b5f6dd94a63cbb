using System.Text;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;

namespace Outpost.Assistant.Asking;

/// <summary>An answer as it is put together from its events.</summary>
internal sealed class WholeAnswer
{
    private readonly StringBuilder _text = new();
    private readonly List<(string Id, string Name, StringBuilder Arguments)> _calls = [];

    public string? Model { get; private set; }

    public Usage Usage { get; private set; }

    public FinishReason Reason { get; private set; }

    public bool IsFinished { get; private set; }

    public string Text => _text.ToString();

    public bool HasText => _text.Length > 0;

    public IEnumerable<ToolCallPart> Calls => _calls.Select(call => new ToolCallPart(call.Id, call.Name, call.Arguments.ToString()));

    public void Add(in AnswerEvent step)
    {
        switch (step.Kind)
        {
            case AnswerEventKind.Started:
                Model = step.Name;
                break;
            case AnswerEventKind.Text:
                _text.Append(step.Text);
                break;
            case AnswerEventKind.ToolCall:
                _calls.Add((step.Id ?? "", step.Name ?? "", new()));
                break;
            case AnswerEventKind.ToolArguments:
                _calls[step.Index].Arguments.Append(step.Text);
                break;
            case AnswerEventKind.Finished:
                (Reason, Usage, IsFinished) = (step.Reason, step.Usage, true);
                break;
            default:
                break;
        }
    }

    public static async Task<WholeAnswer> OfAsync(Question question, CancellationToken ct)
    {
        var whole = new WholeAnswer();
        await foreach (var step in question.AnswerAsync(ct)) whole.Add(step);
        return whole;
    }
}
