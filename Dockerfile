FROM denoland/deno:2.9.6

WORKDIR /parley
COPY . .
# Dependencies and the page are part of the image, so that it starts without a network. What only tests and measurements
# need is taken off the list first, since all that is on it is installed: 57 MB are left of 164. Last, the bundler goes.
RUN deno remove --quiet axe-core dejavu-fonts-ttf echarts fast-check playwright-core @resvg/resvg-wasm \
  && deno install --frozen --entrypoint main.ts client.ts server/bot_token.ts server/backup.ts server/restore.ts \
  && deno task build && rm -rf "$DENO_DIR/dl" \
  && mkdir -p /data /logs && chown -R deno:deno /data /logs /parley

USER deno
ENV PARLEY_HOST=0.0.0.0 PARLEY_DATA=/data PARLEY_LOG_DIR=/logs
VOLUME ["/data", "/logs"]
EXPOSE 5000 8080
# Never through a proxy that the container was given for the AI's endpoint.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s \
  CMD NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 deno eval \
  "Deno.exit((await fetch('http://127.0.0.1:' + (Deno.env.get('PARLEY_WEB_PORT') || 8080) + '/healthz')).ok ? 0 : 1)"
# The same as `deno task start` without its build; Deno itself is the process that gets the signals.
CMD ["run", "--v8-flags=--max-semi-space-size=4", "--no-prompt", "--cached-only", "--allow-env", "--allow-net", "--allow-read", "--allow-write", "main.ts"]
