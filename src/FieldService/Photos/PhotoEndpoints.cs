using Outpost.FieldService.Web;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Photos;

internal static class PhotoEndpoints
{
    public static void MapPhotos(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/visits/{id}/photos", ListPhotos.Handle).Requires(Ability.WorkVisits).WithTags("Photos").WithSummary("What was seen on a visit");
        app.MapPost("/api/v1/visits/{id}/photos", KeepPhoto.Handle).Requires(Ability.WorkVisits).WithBodyLimit(PhotoRules.LargestBody).WithTags("Photos")
            .WithSummary("Keep a photo: a JPEG of up to 3 MB without camera data, and its thumbnail; takes an Idempotency-Key");

        var photos = app.MapGroup("/api/v1/photos").WithTags("Photos");

        photos.MapGet("/{id}/content", ListPhotos.Content).Requires(Ability.WorkVisits).WithSummary("The photo itself");
        photos.MapGet("/{id}/thumbnail", ListPhotos.Thumbnail).Requires(Ability.WorkVisits).WithSummary("The photo, small");
        photos.MapDelete("/{id}", KeepPhoto.Delete).Requires(Ability.WorkVisits).WithSummary("Take a photo away; a technician only their own");
    }
}
