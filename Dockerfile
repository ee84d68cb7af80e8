# The image of keda-gpu-scaler, for amd64 and arm64 (README.md, "Run"):
#
#     docker buildx build --platform linux/amd64,linux/arm64 .
#
# The compiler runs on the builder's own architecture and builds for TARGETARCH. What the image
# holds is deploy/image/contents.py's to say, here as for `./dev image`, which needs no daemon.
FROM --platform=$BUILDPLATFORM debian:12-slim AS build
ARG TARGETARCH
WORKDIR /source
COPY packages.txt ./
COPY deploy/image/install-packages deploy/image/
RUN deploy/image/install-packages "$TARGETARCH" build image
COPY . .
RUN cmake --preset release --toolchain cmake/linux-"$TARGETARCH".cmake \
 && cmake --build --preset release --target keda-gpu-scaler
ARG SOURCE_DATE_EPOCH
RUN deploy/image/image.py rootfs --build build/release --output /image

# The bill of materials alone: docker buildx build --target sbom --output .
FROM scratch AS sbom
COPY --from=build /image/sbom.spdx.json /

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
COPY --from=build /image/rootfs/ /
USER 65532:65532
# NVIDIA's container toolkit brings the management library for "utility" only. Where nodes have
# it in a folder instead, as on GKE, it is mounted at /usr/local/nvidia.
ENV NVIDIA_DRIVER_CAPABILITIES=utility LD_LIBRARY_PATH=/usr/local/nvidia/lib64
EXPOSE 6000/tcp 6001/tcp 8081/tcp 9090/tcp
LABEL org.opencontainers.image.title="keda-gpu-scaler" \
      org.opencontainers.image.description="KEDA external scaler for GPU workloads" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
ENTRYPOINT ["/keda-gpu-scaler"]
