using Outpost.Platform.Migrations;

namespace Outpost.Platform.Tests.Migrations;

public sealed class CuttingAFileIntoStatements
{
    [Theory]
    [InlineData("select 1; select 2", "select 1", "select 2")]
    [InlineData("select ';'; select ';''--;'", "select ';'", "select ';''--;'")]
    [InlineData(@"select E'it\'s;'; select 'back\'; select 2", @"select E'it\'s;'", @"select 'back\'", "select 2")]
    [InlineData("select \"a;b\" -- one; two\n; select 3 /* ; /* nested; */ ; */ ;", "select \"a;b\"", "select 3")]
    [InlineData("do $$ begin perform 1; end $$; select $x$ ; $$ ; $x$;", "do $$ begin perform 1; end $$", "select $x$ ; $$ ; $x$")]
    [InlineData("select a$1 from t where b = $1; select 2", "select a$1 from t where b = $1", "select 2")]
    [InlineData("create rule r as on insert to t do (delete from a; delete from b); select 1", "create rule r as on insert to t do (delete from a; delete from b)", "select 1")]
    [InlineData("create function f() returns int begin atomic select case when true then 1 end; select 2; end; begin; end",
        "create function f() returns int begin atomic select case when true then 1 end; select 2; end", "begin", "end")]
    [InlineData(" ;; \n-- nothing\n;")]
    [InlineData("select 'open; select 2", "select 'open; select 2")]
    public void Ends_a_statement_where_postgresql_does(string text, params string[] statements) =>
        Assert.Equal(statements, SqlScript.Split(text).Select(s => s.Plain));

    [Fact]
    public void Keeps_the_text_as_it_stands_and_where_it_stands()
    {
        const string Text = "-- first\nselect\n  1;\n/* second */ select 2;";

        var statements = SqlScript.Split(Text);

        Assert.Equal(["select\n  1", "select 2"], statements.Select(s => s.Text));
        Assert.All(statements, s => Assert.Equal(s.Text, Text.Substring(s.Start, s.Text.Length)));
        Assert.Equal((4, 14), SqlScript.Place(Text, statements[1].Start, 0));
    }
}
