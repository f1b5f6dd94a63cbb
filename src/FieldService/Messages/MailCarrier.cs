using System.Net.Mail;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Outpost.FieldService.Messages;

/// <summary>Letters, over the operator's mail server.</summary>
internal sealed class MailCarrier(MailSettings mail) : ICarrier
{
    public bool Carries(Channel channel) => channel is Channel.Email;

    public async Task<Delivery> SendAsync(Letter letter, HandOver handOver, CancellationToken ct)
    {
        if (mail.Host is null) return new Delivery.NoWay(Obstacles.NotConfigured);
        // What is spliced into the conversation must not be able to say something else.
        if (!MailAddress.TryCreate(letter.To, out var to) || to.Address != letter.To || letter.To.Any(c => c is <= ' ' or > '~' or '<' or '>')) return new Delivery.Refused("The address cannot be written to.");

        bool addressed = false, handed = false;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(mail.Patience);
        try
        {
            await using var talk = await SmtpConversation.OpenAsync(mail, patience.Token);
            await talk.IntroduceAsync(mail.From!.Address, patience.Token);
            addressed = true;
            await talk.OfferAsync(letter.To, LetterText.Write(letter, mail.From), patience.Token);
            if (!await handOver(ct)) return new Delivery.NotYet("Somebody else sends it.");

            handed = true;
            // Whoever hangs up now does not know what became of it, so the server is given its time anew.
            patience.CancelAfter(mail.Patience);
            var answer = await talk.EndAsync(patience.Token);
            try
            {
                await talk.QuitAsync(patience.Token);
            }
            catch (IOException)
            {
                // The letter is there; the goodbye does not matter.
            }

            return new Delivery.Acknowledged(answer);
        }
        catch (SmtpRefusal refusal)
        {
            // What is refused before the addressee was named is about us, our password or our address, and can be mended without losing the letter.
            return refusal.ForGood && addressed ? new Delivery.Refused(refusal.Message) : new Delivery.NotYet(refusal.Message);
        }
        catch (Exception lost) when (lost is IOException or SocketException or AuthenticationException || (lost is OperationCanceledException && patience.IsCancellationRequested))
        {
            var reason = lost is OperationCanceledException ? $"no answer within {mail.Patience.TotalSeconds:0} s" : lost.Message;
            return handed ? new Delivery.InDoubt(reason) : new Delivery.NotYet(reason);
        }
    }
}
