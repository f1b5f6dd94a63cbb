using System.Globalization;
using System.Net.Mail;
using Outpost.Platform.Configuration;

namespace Outpost.FieldService.Messages;

internal enum MailSecurity { StartTls, Tls, None }

/// <summary>How letters leave the house.</summary>
/// <param name="Host">Null while the operator has named no server: letters then wait.</param>
/// <param name="Patience">How long one step of the conversation may take.</param>
internal sealed record MailSettings(string? Host, int Port, MailSecurity Security, string? User, string? Password, MailAddress? From, TimeSpan Patience)
{
    private const int Submission = 587, ImplicitTls = 465;

    /// <exception cref="SettingsException">What is set cannot be used.</exception>
    public static MailSettings Of(Settings settings)
    {
        if (settings["SMTP_HOST"] is not { } host) return new(null, Submission, MailSecurity.StartTls, null, null, null, TimeSpan.Zero);

        var port = settings.Port("SMTP_PORT", Submission);
        var security = settings["SMTP_SECURITY"] switch
        {
            "tls" => MailSecurity.Tls,
            "starttls" => MailSecurity.StartTls,
            "none" => MailSecurity.None,
            null => port == ImplicitTls ? MailSecurity.Tls : MailSecurity.StartTls,
            _ => throw new SettingsException(new SettingsProblem("SMTP_SECURITY", "is none of starttls, tls, none", "set it to starttls, or to tls for port 465")),
        };
        var from = settings.Required("SMTP_FROM", "set it to the address that clients see: office@example.com");
        if (!MailAddress.TryCreate(from, out var address)) throw new SettingsException(new SettingsProblem("SMTP_FROM", "is no e-mail address", "write it as office@example.com"));

        var patience = settings["SMTP_TIMEOUT_SECONDS"] is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 600 ? seconds : 30;
        return new(host, port, security, settings["SMTP_USER"], settings["SMTP_PASSWORD"], address, TimeSpan.FromSeconds(patience));
    }
}
