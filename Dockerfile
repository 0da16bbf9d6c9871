# syntax=docker/dockerfile:1
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd ./cmd
COPY oauth ./oauth
COPY salesforce ./salesforce
COPY scim ./scim
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/scimforce ./cmd/scimforce \
 && mkdir -p /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/scimforce /scimforce
# The one place that is written to: mount a volume here and keep the root file system read-only.
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV SCIMFORCE_LISTEN=":8080" \
    SCIMFORCE_DATABASE_URL="sqlite:/data/scimforce.db"
VOLUME ["/data"]
EXPOSE 8080
# The binary asks itself; there is no shell in this image.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["/scimforce", "healthcheck"]
ENTRYPOINT ["/scimforce"]
CMD ["serve"]
