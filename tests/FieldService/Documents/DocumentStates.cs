using Outpost.FieldService.Estimates;
using Outpost.FieldService.Invoices;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Documents;

/// <summary>The tables in the code, the table in the database and the drawings say the same.</summary>
public sealed class DocumentStates(PostgresServer postgres)
{
    [Fact]
    public async Task The_database_holds_the_moves_of_the_code()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        Assert.Equal(StateDrawing.Listed(Estimate.Moves), await StateDrawing.InDatabaseAsync(app, "estimates"));
        Assert.Equal(StateDrawing.Listed(Invoice.Moves), await StateDrawing.InDatabaseAsync(app, "invoices"));
    }

    [Fact]
    public void The_drawing_of_an_estimate_is_up_to_date() => StateDrawing.SeeThatItIsKept("estimate.md", StateDrawing.Drawn("Estimate", EstimateStatus.Draft, Estimate.Moves, """
        The office sends an estimate and writes down what the client said; a draft job is `quoted` with it. Nobody makes it `expired` by hand: that comes when its
        last day is over where the company is, and from then on it can no longer be approved. A draft changes freely. Once it is sent only the internal notes
        do, once it is decided nothing does. Whoever wants it otherwise makes a revision: a draft under the same number, and what it replaces is `superseded`, as long
        as there is no invoice for it. An approved estimate is converted into the draft of an invoice, of which there is one at a time.
        """));

    [Fact]
    public void The_drawing_of_an_invoice_is_up_to_date() => StateDrawing.SeeThatItIsKept("invoice.md", StateDrawing.Drawn("Invoice", InvoiceStatus.Draft, Invoice.Moves, """
        The office issues an invoice (`draft` becomes `sent`): it gets the next number and a due date, takes the deposits of its estimate, and a completed job is
        `invoiced` with it. An invoice of nothing is `paid` at once. `partial`, `paid` and back follow from its ledger and from nothing else: `paid` says that nothing
        is open any more, and the amounts say whether it was paid, credited by a note or written off; a refund opens it again. The worker makes it `overdue` when its
        due date has passed where the company is. It is `void` only while there is nothing in its ledger. A number is never given twice and never missing.
        """));

    [Fact]
    public void A_drawing_that_is_not_what_the_table_says_is_noticed()
    {
        var shorter = Invoice.Moves.ToDictionary(move => move.Key, move => move.Value);
        shorter[InvoiceStatus.Paid] = [InvoiceStatus.Draft];

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Assert.Equal(File.ReadAllText(Path.Combine(StateDrawing.Root(), "docs", "states", "invoice.md")), StateDrawing.Drawn("Invoice", InvoiceStatus.Draft, shorter, "")));
    }
}
