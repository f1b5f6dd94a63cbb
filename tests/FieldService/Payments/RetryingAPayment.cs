using System.Net;
using System.Net.Sockets;
using System.Text;
using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Payments;

public sealed class RetryingAPayment(PostgresServer postgres)
{
    [Fact]
    public async Task The_same_key_gets_the_same_answer_to_the_byte_also_when_the_first_cleared_the_invoice()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();

        var first = await desk.PayAsync(id, 100_00, "p-1");
        var second = await desk.PayAsync(id, 100_00, "p-1");
        // as a quoted string, as the draft of the header has it, and in the body, as older clients have it
        var third = await desk.PayAsync(id, 100_00, "\"p-1\"");
        var fourth = await desk.Owner.PostAsync($"{Desk.Invoices}/{id}/payments", new { amount_cents = 100_00, method = "cash", idempotency_key = "p-1" });

        var body = await BytesAsync(first);
        foreach (var retry in new[] { second, third, fourth })
        {
            Assert.Equal(HttpStatusCode.Created, retry.StatusCode);
            Assert.Equal(first.Content.Headers.ContentType, retry.Content.Headers.ContentType);
            Assert.Equal(body, await BytesAsync(retry));
        }

        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from payments"));
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from audit_log where entity_type = 'payment'"));
    }

    [Fact]
    public async Task Ten_retries_at_once_are_one_payment_and_one_answer()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => desk.PayAsync(id, 100_00, "p-1")));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Single((await Task.WhenAll(answers.Select(BytesAsync))).Select(Convert.ToHexString).Distinct());
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from payments"));
    }

    [Fact]
    public async Task Equal_payments_with_keys_of_their_own_are_two_payments()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();

        Assert.Equal(HttpStatusCode.Created, (await desk.PayAsync(id, 10_00, "p-1")).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await desk.PayAsync(id, 10_00, "p-2")).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await desk.PayAsync(id, 10_00)).StatusCode);
        // a key is no pattern
        Assert.Equal(HttpStatusCode.Created, (await desk.PayAsync(id, 10_00, "%")).StatusCode);
        // somebody else's equal key is another key
        using var admin = await desk.App.SignedInAsync(desk.App.Company.Admin);
        Assert.Equal(HttpStatusCode.Created, (await admin.PostAsync($"{Desk.Invoices}/{id}/payments", new { amount_cents = 10_00, method = "cash" }, "p-1")).StatusCode);

        Assert.Equal(5L, await desk.App.ValueAsync("select count(*) from payments"));
        Assert.Equal(0L, await desk.App.ValueAsync("select count(*) from payments where notes is not null"));
    }

    [Fact]
    public async Task The_same_key_for_anything_else_is_refused()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();
        var other = await desk.IssuedInvoiceAsync();
        await desk.PayAsync(id, 10_00, "p-1");

        await (await desk.PayAsync(id, 10_01, "p-1")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IDEMPOTENCY_KEY_REUSED");
        await (await desk.PayAsync(other, 10_00, "p-1")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IDEMPOTENCY_KEY_REUSED");
        await (await desk.MoveAsync(Desk.Invoices, id, "void", "p-1")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IDEMPOTENCY_KEY_REUSED");

        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from payments"));
    }

    [Fact]
    public async Task A_key_that_is_none_is_refused()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();
        var body = new { amount_cents = 1, method = "cash" };

        foreach (var headers in new string[][] { [new('k', 129)], [""], ["\"\""], ["a", "b"] })
        {
            var request = new HttpRequestMessage(HttpMethod.Post, $"{Desk.Invoices}/{id}/payments") { Content = System.Net.Http.Json.JsonContent.Create(body) };
            foreach (var header in headers) request.Headers.TryAddWithoutValidation("Idempotency-Key", header);
            await (await desk.Owner.SendAsync(request, FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        }

        await Desk.InvalidAsync(await desk.Owner.PostAsync($"{Desk.Invoices}/{id}/payments", new { amount_cents = 1, method = "cash", idempotency_key = new string('k', 129) }), "129 characters");
        await (await desk.Owner.PostAsync($"{Desk.Invoices}/{id}/payments", new { amount_cents = 1, method = "cash", idempotency_key = "a" }, "b")).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(0L, await desk.App.ValueAsync("select count(*) from payments"));
    }

    [Fact]
    public async Task A_refusal_keeps_no_key_so_the_request_can_be_mended_and_sent_again()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        await (await desk.PayAsync(id, 100_00, "p-1")).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        await desk.MovedAsync(Desk.Invoices, id, "sent");

        Assert.Equal(HttpStatusCode.Created, (await desk.PayAsync(id, 100_00, "p-1")).StatusCode);
    }

    [Fact]
    public async Task A_caller_who_hangs_up_before_the_commit_has_paid_nothing_and_can_pay_again()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();
        await using var other = await desk.App.Database.Superuser.OpenConnectionAsync(FieldServiceUnderTest.Stop);
        await using var holding = await other.BeginTransactionAsync(FieldServiceUnderTest.Stop);
        await using (var hold = new Npgsql.NpgsqlCommand("select * from invoices for update", other)) await hold.ExecuteNonQueryAsync(FieldServiceUnderTest.Stop);

        using (await SendAsync(desk, id, "p-1")) await desk.WaitingAsync(1);
        await desk.WaitingForNobodyAsync();
        await holding.CommitAsync(FieldServiceUnderTest.Stop);

        Assert.Equal(0L, await desk.App.ValueAsync("select count(*) from idempotency_keys"));
        Assert.Equal(HttpStatusCode.Created, (await desk.PayAsync(id, 100_00, "p-1")).StatusCode);
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from payments"));
    }

    [Fact]
    public async Task An_answer_that_was_lost_after_the_commit_is_there_for_the_retry()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();

        // The answer is never read: the connection is torn down as soon as the payment can be seen.
        using (await SendAsync(desk, id, "p-1"))
        {
            for (var tries = 0; tries < 20_000 && (long)(await desk.App.ValueAsync("select count(*) from payments"))! == 0; tries++) { }
        }

        var payment = (Guid)(await desk.App.ValueAsync("select id from payments"))!;
        var retry = await (await desk.PayAsync(id, 100_00, "p-1")).DataAsync(HttpStatusCode.Created);
        Assert.Equal((payment.ToString(), true, "paid"), ((string?)retry["payment_id"], (bool)retry["created"]!, (string?)retry["invoice_status"]));
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from payments"));
    }

    [Fact]
    public async Task The_answer_survives_the_service()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();
        var first = await BytesAsync(await desk.PayAsync(id, 100_00, "p-1"));

        // A service that died after the commit has left exactly this: the row with the answer.
        await using var again = FieldServiceApp.Build(
            desk.App.Database.Settings.With(("FSM_PORT", "0"), ("AUTH_SECRET", "a secret of the tests, long enough to be one")), desk.App.Database.AppSource, desk.App.Clock);
        await again.StartAsync(FieldServiceUnderTest.Stop);
        using var client = new HttpClient { BaseAddress = new(again.Urls.Single()) };
        client.DefaultRequestHeaders.Add("Cookie", desk.Owner.DefaultRequestHeaders.GetValues("Cookie"));

        Assert.Equal(first, await BytesAsync(await client.PostAsync($"{Desk.Invoices}/{id}/payments", new { amount_cents = 100_00, method = "cash" }, "p-1")));
    }

    /// <summary>Sends a payment of 100.00 over a bare socket. Disposing it tears the connection down without a word.</summary>
    private static async Task<TcpClient> SendAsync(Desk desk, string invoice, string key)
    {
        var body = """{"amount_cents":10000,"method":"cash"}""";
        var socket = new TcpClient { LingerState = new(true, 0) };
        await socket.ConnectAsync(desk.App.Address.Host, desk.App.Address.Port, FieldServiceUnderTest.Stop);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {Desk.Invoices}/{invoice}/payments HTTP/1.1\r\nHost: {desk.App.Address.Authority}\r\nCookie: {desk.Owner.DefaultRequestHeaders.GetValues("Cookie").Single()}\r\n" +
            $"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"), FieldServiceUnderTest.Stop);
        return socket;
    }

    private static Task<byte[]> BytesAsync(HttpResponseMessage answer) => answer.Content.ReadAsByteArrayAsync(FieldServiceUnderTest.Stop);
}
