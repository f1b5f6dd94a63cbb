using Outpost.FieldService.Web.Forms;

namespace Outpost.FieldService.Clients.Pages;

/// <summary>The fields of a client, for a new one and for one that is changed.</summary>
internal sealed record ClientFields(Form Form, GetClient.Row? Client, string? Name = null);
