using System.Diagnostics;

namespace Outpost.FieldService.Tests.Papers;

/// <summary>Reads a PDF again with the tools of poppler, which know nothing of what made it.</summary>
internal static class Pdf
{
    public static async Task<string> TextAsync(byte[] pdf) => await RunAsync(pdf, "pdftotext", "-layout", "{in}", "-");

    public static async Task<string> AboutAsync(byte[] pdf) => await RunAsync(pdf, "pdfinfo", "{in}");

    public static async Task<string> FontsAsync(byte[] pdf) => await RunAsync(pdf, "pdffonts", "{in}");

    public static async Task<string> PicturesAsync(byte[] pdf) => await RunAsync(pdf, "pdfimages", "-list", "{in}");

    /// <summary>The names of what is attached.</summary>
    public static async Task<string> AttachedAsync(byte[] pdf) => await RunAsync(pdf, "pdfdetach", "-list", "{in}");

    public static async Task<string> AttachmentAsync(byte[] pdf) => await RunAsync(pdf, "pdfdetach", "-save", "1", "-o", "{out}", "{in}");

    private static async Task<string> RunAsync(byte[] pdf, string tool, params string[] words)
    {
        var folder = Directory.CreateTempSubdirectory("outpost-pdf-");
        try
        {
            var (source, target) = (Path.Combine(folder.FullName, "in.pdf"), Path.Combine(folder.FullName, "out"));
            await File.WriteAllBytesAsync(source, pdf, FieldServiceUnderTest.Stop);
            using var process = Process.Start(new ProcessStartInfo(tool, words.Select(word => word == "{in}" ? source : word == "{out}" ? target : word)) { RedirectStandardOutput = true })!;
            var said = await process.StandardOutput.ReadToEndAsync(FieldServiceUnderTest.Stop);
            await process.WaitForExitAsync(FieldServiceUnderTest.Stop);
            Assert.Equal(0, process.ExitCode);
            return File.Exists(target) ? await File.ReadAllTextAsync(target, FieldServiceUnderTest.Stop) : said;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
