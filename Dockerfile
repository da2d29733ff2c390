FROM denoland/deno:2.9.6

WORKDIR /parley
COPY . .
# Dependencies and the page are part of the image, so that it starts without a network.
RUN deno install --frozen --entrypoint main.ts client.ts server/bot_token.ts \
  && deno task build \
  && mkdir -p /data /logs && chown -R deno:deno /data /logs /parley

USER deno
ENV PARLEY_HOST=0.0.0.0 PARLEY_DATA=/data PARLEY_LOG_DIR=/logs
VOLUME ["/data", "/logs"]
EXPOSE 5000 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s \
  CMD ["deno", "eval", "Deno.exit((await fetch('http://127.0.0.1:8080/healthz')).ok ? 0 : 1)"]
# The same as `deno task start` without its build; Deno itself is the process that gets the signals.
CMD ["run", "--v8-flags=--max-semi-space-size=4", "--no-prompt", "--cached-only", "--allow-env", "--allow-net", "--allow-read", "--allow-write", "main.ts"]
