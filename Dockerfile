# One image for every role; the role is the command: docker run … outpost serve aicq
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# The style rules are part of the build.
COPY global.json .editorconfig Directory.Build.props Directory.Packages.props ./
COPY src src
COPY bench bench
COPY docs/api docs/api
COPY config config
RUN dotnet publish src/Outpost -c Release -o /app -p:RestoreLockedMode=true -p:UseAppHost=false

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# Ed25519, sealed messages and password hashes are libsodium's.
RUN apt-get update \
  && apt-get install -y --no-install-recommends libsodium23 \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app .
# The image's own user, without rights and without a home.
USER $APP_UID
ENV DOTNET_EnableDiagnostics=0
EXPOSE 3000 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "/app/outpost.dll"]
CMD ["serve", "aicq"]
